"""The fragments of the cases that others published, and a short way to read them."""

from __future__ import annotations

from sheetsync import importxml
from sheetsync.importxml import Choices, Content, NoValue
from sheetsync.importxml.cells import Value

ADDRESS = "https://example.org/page"
XML = "application/xml"

NESTED = (
    '<a><b><c>c</c><d foo="bar">d</d></b><b><c>C</c><d foo="baz">D</d></b>'
    "<e>ehead<f>f</f>etail</e></a>"
)
MIXED = (
    "<p>Foo</p><p>Bar</p><table><td>Single-cell table</table>"
    '<a href="/foo">Foo</a><a href="/bar">Bar</a>'
    '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0L2 2"/></svg>'
)
SPACED = '<p>\n  hi <b class="X"> !</b>\n</p>'
BOOKSTORE = (
    '<bookstore><book><title lang="en">Harry Potter</title><author>J K. Rowling</author>'
    "<year>2005</year><price>29.99</price></book></bookstore>"
)
SAMPLE = (
    "<html><head><base href='http://example.com/'/><title>Example website</title></head><body>"
    "<div id='images'>"
    + "".join(
        f"<a href='image{n}.html'>Name: My image {n} <br/><img src='image{n}_thumb.jpg'/></a>"
        for n in range(1, 6)
    )
    + "</div></body></html>"
)
LISTS = (
    "<ul class='list'><li>1</li><li>2</li><li>3</li></ul>"
    "<ul class='list'><li>4</li><li>5</li><li>6</li></ul>"
)
NEXT = '<a href="#">Click here to go to the <strong>Next Page</strong></a>'
LINKS = "<ul>" + "".join(
    f'<li class="item-{name}"><a href="link{n}.html">link</a></li>'
    for n, name in enumerate(("0", "1", "inactive", "1", "0"), 1)
)
USERS = (
    "<users><user><followers_count>1031</followers_count></user>"
    "<user><followers_count>969</followers_count></user></users>"
)
UPDATE = '<doc><update ticker="foo" bid="100.0" ask="100.5"/></doc>'
CARDS = '<div class="card product-card featured"><h3>A</h3></div><div class="x"><h3>B</h3></div>'
MAIL = '<a href="mailto:hello@example.com?subject=Hi">write</a>'
PARCELS = (
    "<table><tr><th>Date<th>Status<th>Place<tr><td>6/6</td><td>Delivered</td><td>Sydney</td>"
    "</table>"
)
SMALL = (
    "<table><thead><tr><th>A</th><th>B</th></tr></thead><tbody><tr><td>1</td><td>a</td></tr>"
    "<tr><td>2</td><td>b</td></tr></tbody></table>"
)


def formula(xpath: str, *more: str) -> str:
    quoted = [text.replace('"', '""') for text in (ADDRESS, xpath, *more)]
    return "=IMPORTXML(" + "; ".join(f'"{text}"' for text in quoted) + ")"


def read(what: str, page: str, content_type: str = "", **settings: object) -> list[list[Value]]:
    """``what``: a formula, or an XPath."""
    locale = str(settings.pop("locale", "en_US"))
    content = Content(page, content_type=content_type)
    text = what if what.startswith("=") else formula(what)
    choices = Choices(**settings)  # type: ignore[arg-type]
    return importxml.evaluate(text, content, locale=locale, choices=choices).values


def refused(what: str, page: str, content_type: str = "", **settings: object) -> NoValue:
    try:
        found = read(what, page, content_type, **settings)
    except NoValue as failure:
        return failure
    raise AssertionError(f"{what} gave {found}")
