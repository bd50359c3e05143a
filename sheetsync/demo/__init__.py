"""``sheetsync demo``: invented profiles with 60 days of history, through the whole pipeline. Pure.

``cast`` says who there is and which numbers they have today, ``pages`` how a site writes such
numbers down, ``story`` what every page said on every day; ``loopback`` serves today's pages on
this machine and lets the real fetcher ask for them.
"""
