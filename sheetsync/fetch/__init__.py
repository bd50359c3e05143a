"""The doors through which a page comes in: HTTP, an official API, a saved page."""
