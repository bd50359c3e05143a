"""Which internet addresses are public. Pure.

``ipaddress`` alone is not enough: ``is_global`` is True for multicast, for 6to4 and NAT64 forms of
127.0.0.1 and for two clouds' metadata services, and differs between Python versions.
"""

from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

# IANA's special-purpose registry, and what clouds answer only to their own machines.
_NOT_PUBLIC_4 = [
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # a provider's own network; 100.100.100.200 is Alibaba's metadata
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's machine agent, a public number by right
        "169.254.0.0/16",  # link-local; 169.254.169.254 is the metadata of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # 192.0.0.192 is Oracle's metadata
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]
_PUBLIC_6 = IPv6Network("2000::/3")
_NOT_PUBLIC_6 = [
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocols' own, Teredo and ORCHID among them
        "2001:db8::/32",
        "2620:4f:8000::/48",
        "3fff::/20",
    )
]
_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")
_TRANSLATED = IPv6Network("::ffff:0:0:0/96")
#: The third quarter of an ISATAP address (RFC 5214, 6.1); the last is an IPv4 address.
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)


def is_public(address: str) -> bool:
    """True for an address that anybody on the internet may ask; what is no address is not."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        carried = _carried(ip)
        outer = _is_public_6(ip) if carried is None else _is_public_4(carried)
        tunnelled = int(ip) >> 32 & 0xFFFFFFFF in _ISATAP
        return outer and (not tunnelled or _is_public_4(_last_quarter(ip)))
    return _is_public_4(ip)


def _carried(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside a mapped, 6to4, NAT64, compatible, translated one."""
    if ip.scope_id:
        return None
    if inside := ip.ipv4_mapped or ip.sixtofour:
        return inside
    if any(ip in network for network in (_NAT64, _COMPATIBLE, _TRANSLATED)):
        return _last_quarter(ip)
    return None


def _last_quarter(ip: IPv6Address) -> IPv4Address:
    return IPv4Address(int(ip) & 0xFFFFFFFF)


def _is_public_4(ip: IPv4Address) -> bool:
    return not any(ip in network for network in _NOT_PUBLIC_4) and _is_ordinary(ip)


def _is_public_6(ip: IPv6Address) -> bool:
    inside = ip in _PUBLIC_6 and not any(ip in network for network in _NOT_PUBLIC_6)
    return inside and not ip.scope_id and _is_ordinary(ip)


def _is_ordinary(ip: IPv4Address | IPv6Address) -> bool:
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)
