"""Reads a count as a site prints it, and says how exact it is.

    parse_count("1,38 mln. abonnees", "nl")  ->  Count(1_380_000, 10_000)

The rule of this file: a text is read whole or not at all. Every sign of it has to be a number,
a unit, a word for the thing counted (``_WORDS``, a closed list per language) or one of the few
signs between them; anything else gives None, because "12 zillion" is not 12.

* The locale is *declared* (by the platform file), never guessed: "12 B" is 12e9 in English and
  12 000 in Turkish, "1,2 M" 1.2e6 in Spanish and 1.2e9 in Indonesian.
* Units are CLDR's compact decimal patterns (Babel carries them) read backwards, and ``_UNITS``:
  what sites print besides. A unit that a locale's data gives two values is dropped.
* Units of three letters or more are read in any case, shorter ones only as they are listed:
  the case of one letter can be a factor of a thousand. A full stop after a unit is optional.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from babel import Locale, UnknownLocaleError

from sheetsync.model import Count

#: No account has more of anything; a larger number is an id, a time or a mistake.
MAX_COUNT = 10**15
#: A longer text is a sentence or a biography; the platform file's pattern has to cut it first.
_MAX_TEXT = 200

Ladder = Sequence[tuple[int, int]]

#: Units that sites print and CLDR does not have, by language or by locale.
_UNITS: Mapping[str, Mapping[str, int]] = {
    # "46.3m", "2.52m", "10.4k": Instagram, YouTube. CLDR's en_IN has K, L and Cr only.
    "en": {"k": 10**3, "m": 10**6, "b": 10**9, "M": 10**6, "B": 10**9},
    "en_IN": {"lakh": 10**5, "lakhs": 10**5, "crore": 10**7, "crores": 10**7},
    "de": {"Tsd": 10**3},
    "es": {"K": 10**3},  # "999 K suscriptores", YouTube; CLDR has "mil"
    "hi": {"हजार": 10**3},  # without the dot below, as it is mostly typed
    "it": {"Mrd": 10**9},  # beside CLDR's Mld
    "ja": {"k": 10**3, "m": 10**6, "b": 10**9},  # "1.8m フォロワー", TikTok
}
#: Group signs that sites print beside the locale's own: "2 805 members", Telegram.
_GROUPS: Mapping[str, str] = {"en": " "}

#: Words for the thing counted ("_" is a space in a phrase), and three kinds of marked words:
#: ``of:`` stands between number and noun, alone it counts nothing ("1,2 M de suscriptores");
#: ``after:`` may follow a number that has its noun before it ("チャンネル登録者数 172人");
#: ``0:`` before a noun means zero ("No views", "Keine Aufrufe").
_WORDS: Mapping[str, str] = {
    "ar": "مشترك مشتركًا مشتركا مشتركين مشتركون متابع متابعًا متابعا متابعين متابعون مشاهدة مشاهدات"
    " إعجاب إعجابات فيديو منشور منشورات عضو أعضاء تعليق تعليقات",
    "de": "0:keine abonnent abonnenten aufruf aufrufe follower followern gefolgt gefällt_mir"
    " gefällt-mir-angabe gefällt-mir-angaben like likes beitrag beiträge video videos mitglied"
    " mitglieder kommentar kommentare fans hörer monatliche_hörer wiedergaben",
    "en": "0:no follower followers following subscriber subscribers view views total_views like"
    " likes video videos post posts member members listener listeners monthly_listener"
    " monthly_listeners fan fans comment comments share shares save saves reply replies repost"
    " reposts retweet retweets tweet tweets thread threads photo photos pin pins track tracks"
    " play plays reaction reactions friend friends connection connections heart hearts people"
    " followers_on_linkedin",
    "es": "0:sin of:de suscriptor suscriptores seguidor seguidores seguidos siguiendo visualización"
    " visualizaciones vista vistas reproducción reproducciones me_gusta like likes vídeo vídeos"
    " video videos publicación publicaciones miembro miembros comentarios oyentes_mensuales",
    "fr": "0:aucun 0:aucune of:de of:d' abonné abonnés abonnée abonnées abonnement abonnements"
    " follower followers suivi suivis vue vues j'aime mention_j'aime mentions_j'aime like likes"
    " vidéo vidéos publication publications membre membres commentaires auditeurs_mensuels",
    "hi": "सब्सक्राइबर सदस्य फ़ॉलोअर फ़ॉलोअर्स व्यू बार_देखा_गया लाइक वीडियो पोस्ट",
    "id": "subscriber pengikut mengikuti x_ditonton tayangan penayangan suka video postingan"
    " anggota komentar",
    "it": "0:nessun 0:nessuno 0:nessuna of:di iscritto iscritti follower seguiti visualizzazione"
    " visualizzazioni mi_piace like video post membro membri commenti ascoltatori_mensili",
    "ja": "after:人 after:名 after:件 after:本 after:回 after:個 チャンネル登録者数 登録者数 登録者"
    " フォロワー フォロー中 フォロー 回視聴 視聴回数 回再生 再生回数 いいね 動画 本の動画 投稿",
    "ko": "after:명 after:회 after:개 구독자 팔로워 팔로잉 조회 조회수 좋아요 동영상 게시물",
    "nl": "0:geen abonnee abonnees volger volgers volgend weergave weergaven keer_bekeken video"
    " video's like likes vind-ik-leuks lid leden berichten reacties maandelijkse_luisteraars",
    "pl": "0:brak subskrybent subskrybenci subskrybentów subskrypcja subskrypcje subskrypcji"
    " obserwujący obserwujących obserwowani wyświetlenie wyświetlenia wyświetleń polubienie"
    " polubienia polubień film filmy filmów post posty postów członek członków",
    "pt": "0:nenhum 0:nenhuma 0:sem of:de inscrito inscritos subscritor subscritores seguidor"
    " seguidores seguindo visualização visualizações curtida curtidas like likes vídeo vídeos"
    " publicação publicações membro membros comentário comentários ouvintes ouvintes_mensais",
    "ru": "0:нет подписчик подписчика подписчиков подписка подписки подписок просмотр просмотра"
    " просмотров лайк лайка лайков видео участник участника участников публикация публикации"
    " публикаций комментариев",
    "sv": "0:inga prenumerant prenumeranter följare följer visning visningar gilla-markering"
    " gilla-markeringar video videor videoklipp inlägg medlem medlemmar kommentar kommentarer",
    "tr": "abone takipçi takip görüntüleme izlenme beğeni video gönderi üye yorum",
    "vi": "người_đăng_ký người_theo_dõi đang_theo_dõi lượt_xem lượt_thích video bài_viết",
    "zh": "after:人 after:名 after:位 粉丝 粉絲 关注 關注 订阅者 位订阅者 訂閱者 位訂閱者 次观看"
    " 次觀看 观看次数 觀看次數 获赞 点赞 视频 影片 帖子 评论",
}
#: One letter for each kind of word, so that the grammar below is a regular expression.
_KINDS = {"": "w", "of": "l", "after": "c", "0": "z"}
#: Written without spaces: a word or unit may touch the next one, and 1億2345万 is one number.
_UNSPACED = frozenset({"ja", "ko", "zh"})

#: n = number with its unit. A noun stands before or after the number; words on both sides
#: ("Following 345 Followers") do not say whose the number is, unless the second is a counter.
_GRAMMAR = re.compile(r"[wc]+:?n+c*|n+(?:l?[wc]+\.?)?")
_NOTHING = re.compile(r"z[wc]+\.?")


def known_locale(locale: str) -> bool:
    """True for a locale that CLDR has ("en", "pt-BR", "es-419"): a platform file may declare it."""
    try:
        return bool(_locale(locale))
    except ValueError:
        return False


def parse_count(text: str, locale: str = "en") -> Count | None:
    """The count that ``text`` prints, None when it prints none, two, or one not surely read.

    The step is 1 for a number written in full and ``unit / 10**decimals`` for a shortened one:
    "1.2M" is ``Count(1_200_000, 100_000)``. Raises ValueError for a locale unknown to CLDR.
    """
    speech = _speech(locale)
    plain = _plain(text)
    tokens = [] if plain is None else list(_tokens(plain, speech))
    kinds = "".join(kind for kind, _ in tokens)
    if _NOTHING.fullmatch(kinds):
        return Count(0)
    if not _GRAMMAR.fullmatch(kinds):
        return None
    return _sum([match for kind, match in tokens if kind == "n" and match], speech)


def ladder_step(value: int, ladder: Ladder) -> int:
    """The step of ``value`` on a platform's rounding ladder ``[(from, step), …]``, ascending.

    A value that is no multiple of its rung's step cannot have come from the rounding: it is
    exact, 1. So is one below the first rung. Raises ValueError for a negative value.
    """
    if value < 0:
        raise ValueError(f"a count is never negative: {value}")
    step = 1
    for start, rung in ladder:
        if value < start:
            break
        step = rung
    return step if value % step == 0 else 1


def read_count(raw: object, locale: str, ladder: Ladder, *, exact: bool = False) -> Count | None:
    """A Count from any raw JSON or page value; None for whatever is not surely a count.

    ``exact`` says that the source states exact numbers, so the ladder (empty: no rounding) is
    not applied. A printed text keeps the step that it shows, or the ladder's if that is larger.
    Raises ValueError for a locale unknown to CLDR, once a text has to be parsed.
    """
    step = 1
    if isinstance(raw, str):
        if len(raw) <= 16 and raw.isascii() and raw.isdigit():
            value = int(raw)
        elif (count := parse_count(raw, locale)) is not None:
            value, step = count.value, count.step
        else:
            return None
    elif type(raw) is int or (isinstance(raw, float) and raw.is_integer()):
        value = int(raw)
    else:
        return None
    if not 0 <= value <= MAX_COUNT:
        return None
    return Count(value, step if exact else max(step, ladder_step(value, ladder)))


def _plain(text: str) -> str | None:
    """Compatibility forms, invisible signs and digits of all scripts made plain.

    None when the text is too long or its plain form would hold a number that nobody printed:
    "12²" would become 122, and two numbers that only an invisible sign keeps apart, one.
    """
    if len(text) > _MAX_TEXT or any(map(_hides_digit, text)):
        return None
    if text.isascii():
        return text.strip()
    out = ""
    gap = False
    for char in unicodedata.normalize("NFKC", text):
        if unicodedata.category(char) == "Cf":
            gap = True
            continue
        if gap and char.isdecimal() and out[-1:].isdecimal():
            return None
        gap = False
        out += str(unicodedata.decimal(char)) if char.isdecimal() else char
    return re.sub("[’‘ʼ]", "'", out).strip()


def _hides_digit(char: str) -> bool:
    if char.isascii() or char.isdecimal():
        return False
    return any(map(str.isdecimal, unicodedata.normalize("NFKC", char)))


def _tokens(plain: str, speech: _Speech) -> Iterator[tuple[str, re.Match[str] | None]]:
    """Each token's kind (see ``_GRAMMAR``) and match; the kind "?" for what is no token."""
    at = 0
    while at < len(plain):
        match = speech.lexer.match(plain, at)
        if match is None:
            yield "?", None
            return
        word = match["word"]
        yield speech.words.get(word.casefold(), "?") if word else match["sign"] or "n", match
        at = match.end()


def _sum(numbers: Sequence[re.Match[str]], speech: _Speech) -> Count | None:
    """The parts of 1億2345万 added; more than one part only where the language writes so."""
    if len(numbers) > 1 and not speech.unspaced:
        return None
    total, step, below = 0, 1, MAX_COUNT + 1
    end = numbers[0].start("whole")
    for match in numbers:
        part = _part(match, speech)
        # A space between them makes two numbers: "12億 34万" may be views and likes.
        if part is None or match.start("whole") != end:
            return None
        value, step, unit = part
        if value >= below or (len(numbers) > 1 and step != unit):
            return None
        total, below, end = total + value, unit, match.end()
    return Count(total, step) if total <= MAX_COUNT else None


def _part(match: re.Match[str], speech: _Speech) -> tuple[int, int, int] | None:
    """One number's value, step and unit."""
    whole = _whole(match["whole"], speech)
    unit = speech.unit(match["unit"])
    if whole is None or unit is None:
        return None
    decimals = match["decimals"] or ""
    step, rest = divmod(unit, 10 ** len(decimals))
    if rest:  # "12.3 followers", "1.2345K": nobody has a part of a follower
        return None
    return int(whole + decimals) * step, step, unit


def _whole(digits: str, speech: _Speech) -> str | None:
    """The digits without their group signs; None when they are not grouped as the locale does."""
    signs = set(re.sub(r"\d", "", digits))
    if not signs:
        return digits
    first, *middle, last = digits.split(signs.pop())
    if signs or first[0] == "0" or len(first) > speech.upper_group or len(last) != speech.group:
        return None
    right = all(len(group) == speech.upper_group for group in middle)
    return "".join([first, *middle, last]) if right else None


@dataclass(frozen=True, slots=True)
class _Speech:
    """What one locale says: its lexer, units, words, and the digits in its groups (12,34,567)."""

    lexer: re.Pattern[str]
    units: Mapping[str, int]
    words: Mapping[str, str]
    group: int
    upper_group: int
    unspaced: bool

    def unit(self, printed: str | None) -> int | None:
        if not printed:
            return 1
        return self.units.get(printed) or self.units.get(printed.casefold())


def _locale(locale: str) -> Locale:
    try:
        return Locale.parse(locale.replace("_", "-"), sep="-")
    except (UnknownLocaleError, ValueError) as error:
        raise ValueError(f"unknown locale {locale!r}") from error


@cache
def _speech(locale: str) -> _Speech:
    """Built when the first text of a locale is parsed: a few milliseconds."""
    known = _locale(locale)
    units, words = _units(known), _words(known.language)
    group, upper_group = known.decimal_formats[None].grouping
    lexer = _lexer(known, units, words)
    return _Speech(lexer, units, words, group, upper_group, known.language in _UNSPACED)


def _words(language: str) -> dict[str, str]:
    marked = (item.rpartition(":") for item in _WORDS.get(language, "").split())
    folded = ((mark, unicodedata.normalize("NFKC", word).casefold()) for mark, _, word in marked)
    return {word.replace("_", " "): _KINDS[mark] for mark, word in folded}


def _units(locale: Locale) -> dict[str, int]:
    """Unit as printed, without its full stop, and its value."""
    values: dict[str, set[int]] = {}
    ours = {**_UNITS.get(locale.language, {}), **_UNITS.get(str(locale), {})}
    for printed, value in (*_cldr_units(locale), *ours.items()):
        key = printed if len(printed) <= 2 else printed.casefold()
        values.setdefault(key, set()).add(value)
    units = {key: found.pop() for key, found in values.items() if len(found) == 1}
    for one, other in ("kK", "Kk"):  # kilo, whichever case CLDR writes it in
        if units.get(one) == 1000 and other not in values:
            units[other] = 1000
    return units


def _cldr_units(locale: Locale) -> Iterator[tuple[str, int]]:
    """Babel's patterns, {"short": {plural: {"10000": "00K"}}}, read backwards: ("K", 1000)."""
    for plurals in locale.compact_decimal_formats.values():  # no "long" in ja, ko, zh
        for patterns in plurals.values():
            for power, pattern in patterns.items():
                text = (_plain(pattern.pattern.partition(";")[0]) or "").replace("'", "")
                unit = text.lstrip("0")
                zeros = len(text) - len(unit)
                if zeros and unit:  # "B0" and "mille" are not read
                    yield unit.strip().rstrip("."), int(power) // 10 ** (zeros - 1)


def _lexer(locale: Locale, units: Mapping[str, int], words: Iterable[str]) -> re.Pattern[str]:
    symbols = locale.number_symbols["latn"]
    group = (_plain(f"0{symbols['group']}0") or "")[1:-1]
    groups = re.escape(group + "٬" + _GROUPS.get(locale.language, ""))
    decimals = re.escape(symbols["decimal"] + "٫")
    unspaced = locale.language in _UNSPACED
    said = _any(words, unspaced)
    long = _any((unit for unit in units if len(unit) > 2), unspaced)
    short = _any((unit for unit in units if len(unit) <= 2), unspaced)
    gap = "" if unspaced else " ?"
    # A noun wins over the unit that it begins with: "12조회" is 12 views, not 12조 (12e12).
    return re.compile(
        rf"\s*(?:(?P<whole>\d+(?:[{groups}]\d+)*)(?:[{decimals}](?P<decimals>\d+))?"
        rf"(?:{gap}(?!(?i:{said}))(?P<unit>(?i:{long})|{short})(?:\.(?!\d))?)?"
        rf"|(?P<word>(?i:{said}))|(?P<sign>[:.]))"
    )


def _any(words: Iterable[str], unspaced: bool) -> str:
    """One of these, the longest first; no letter may follow where letters make words."""

    def one(word: str) -> str:
        free = not word[-1].isalpha() or (unspaced and not word[-1].isascii())
        return re.escape(word) if free else re.escape(word) + r"(?![^\W\d_])"

    return "|".join(map(one, sorted(words, key=len, reverse=True))) or "(?!)"
