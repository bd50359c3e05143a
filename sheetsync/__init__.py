"""sheetsync: public profile numbers in a spreadsheet, dated, with a reason for every gap."""

__version__ = "0.1.0"
