"""What a forum adds to questions and answers, cut off at their beginning and end.

It knows no medicine: patterns are anchored, and look at a few hundred characters of either end.
"""

import re

_NEAR = 400  # characters of either end

_I = re.IGNORECASE
_GREETING = re.compile(
    r"(?:hi|hello|hey|hallo|dear|greetings|namaste|good (?:morning|afternoon|evening|day)|hola)\b"
    r"(?: (?:there|again|[a-z.]{1,20}(?=\s?[,.!]))|"
    r"[ ,]+(?:and welcome|dear|sir|madam|ma'?am|doctor|user|friend|patient)\b){0,3}"
    r"\s*[,.!:-]*\s*",
    _I,
)
_ABOUT = r"(?:quer(?:y|ies)|question|information|details?|reports?|history|concerns?|worr(?:y|ies)|"
_ABOUT += r"case|problem|message|description|post|condition|anxiety|situation|mail)"
_OPENINGS = (
    ("boiler", re.compile(r"welcome(?: back)?(?: to [^.!,\n]{2,40}(?:\.com)?)?[.!,]+\s*", _I)),
    (
        "boiler",
        re.compile(
            r"(?:many )?thank(?:s| you)(?: so| very)?(?: much| a lot)?,? (?:for|to) "
            r"(?:your|choosing|contacting|writing|consulting|asking|posting|using|the|sharing|"
            r"trusting|coming|being)\b[^.!?\n]{0,120}[.!]+\s*",
            _I,
        ),
    ),
    (
        "boiler",
        re.compile(
            rf"I(?:'ve| have| had)? (?:\w+ ){{0,2}}?(?:gone|went|read|reviewed|seen|looked|"
            rf"noted|understood)\b[^.!?\n]{{0,60}}\b{_ABOUT}\b[^.!?\n]{{0,160}}[.!]+\s*",
            _I,
        ),
    ),
    (
        "boiler",
        re.compile(
            rf"I (?:can |could |do |did |fully |very well )*(?:understand|appreciate)s?\b"
            rf"[^.!?\n]{{0,40}}\b{_ABOUT}\b[^.!?\n]{{0,100}}[.!]+\s*",
            _I,
        ),
    ),
)

_START = r"(?:^|(?<=[.!?:;\n]))\s*"
_ENDINGS = (
    ("arrow", re.compile(r"\s*(?:-{1,4}\s?>|<link>|→)+\s*$", _I)),
    (
        "cta",
        re.compile(
            _START + r"[^.!?:;\n]{0,120}\bconsult\b[^.!?:;\n]{2,90}\bonline\b[\s.!>-]*$", _I
        ),
    ),
    (
        "boiler",
        re.compile(
            _START
            + r"(?:I )?(?:do )?hope (?:this|that|I|my|the|it|you)\b[^.!?\n]{0,160}[.!?]*\s*$",
            _I,
        ),
    ),
    (
        "boiler",
        re.compile(
            _START
            + r"(?:please )?(?:do )?(?:let me know|feel free|get back|write (?:back|to)|revert|"
            r"ask me)\b[^.!?\n]{0,140}[.!?]*\s*$",
            _I,
        ),
    ),
    (
        "boiler",
        re.compile(
            _START
            + r"(?:if|for|in case|should)(?: you have| of)?(?: any)?(?: further| more| other| "
            r"additional)? (?:quer(?:y|ies)|questions?|doubts?|clarifications?|concerns?|"
            r"assistance|help)\b(?![^.!?\n]*\b(?:provider|doctor|physician|professional|nurse|"
            r"pharmacist|hospital)\b)[^.!?\n]{0,120}[.!?]*\s*$",
            _I,
        ),
    ),
    (
        "boiler",
        re.compile(
            _START + r"(?:I )?(?:wish(?:ing)? you|all the best|take care|stay (?:safe|healthy)|"
            r"god bless|good luck|get well soon|best wishes|have a (?:nice|good|great|healthy))\b"
            r"[^.!?\n]{0,60}[.!]*\s*$",
            _I,
        ),
    ),
    (
        "signoff",
        re.compile(
            _START + r"(?i:(?:(?:warm|kind|best|with|warmest|my) ){0,2}(?:regards|sincerely|"
            r"yours(?: truly| sincerely)?|thanks(?: and regards)?|thank you|cheers))[,.!\s-]*"
            r"(?:(?:Dr|Doctor|Prof)?\.?\s?[A-Z][^\n!?:]{0,100})?$"
        ),
    ),
    (
        "signoff",
        re.compile(
            _START + r"(?:Dr|DR)\.? ?[A-Z][\w.]+(?: [A-Z][\w.]*){0,3}(?:[,.(-][^\n!?:]{0,100})?$"
        ),
    ),
)
_DR_NAME = re.compile(r"\b(?:Dr|DR|Doctor)\.? ?[A-Z]\w")

_ATTACHMENT = re.compile(
    r"\s?[(\[]\s?attachments? removed to protect (?:the )?patient(?:'s)? identity\s?[)\]]", _I
)
_BRAND = re.compile(
    r"\b(?:www\.)?(?:i-?cliniq|health ?care ?magic|healthcaremagic|ask ?a ?doctor ?24x7|\bHCM\b)"
    r"(?:\.com)?\b|\bChat ?Doctor\b\.?|\bchatdoctor\b",
    _I,
)
_BRAND_GATES = ("cliniq", "caremagic", "care magic", "24x7", "hcm", "chat doctor", "chatdoctor")
_SITE = re.compile(r"\b[\w-]{2,30}\.com\b")
_URL = re.compile(r"\b(?:https?://|www\.)[^\s<>\"')\]]{3,300}", _I)
_READ_MORE = re.compile(
    r"(?:(?:please )?(?:read|know|learn|see|find|get)(?: out)? (?:more|further|details|this)?\s?"
    r"(?:at|on|about|here|from|in|via)?|visit|refer(?: to)?|check(?: out)?|see)?\s*:?\s*"
    r"(?:https?://|www\.)[^\s<>\"')\]]{3,300}\s?",
    _I,
)
_NO_SPACE = re.compile(
    r"(?<=[a-z)])([.;:?!])(?=[A-Z][a-z]|I\b)|(?<=[a-z)])(,)(?=[A-Za-z][a-z]|I\b)"
)
_ORPHANS = re.compile(r" +([.,;:!?])")
_TITLE_Q = re.compile(r"\s*Q\s?[.:]\s*", _I)


def question(text: str) -> tuple[str, set[str]]:
    """A question without notes about attachments and with `[link]` for links."""
    fired: set[str] = set()
    text = _everywhere(text, fired)
    if "/" in text or "www." in text:
        text, links = _URL.subn("[link]", text)
        if links:
            fired.add("url")
    return _spaced(_TITLE_Q.sub("", text, count=1) if is_titled(text) else text, fired), fired


def answer(text: str) -> tuple[str, set[str]]:
    """An answer without greeting, thanks, farewell, brand, links and calls to consult online."""
    fired: set[str] = set()
    _note(text, fired)
    if "://" in text or "www." in text:
        text, links = _READ_MORE.subn("", text)
        if links:
            fired.add("url")
    text = _beginning(_ending(text, fired), fired)
    text = _everywhere(text, fired)
    # a brand or a note in the way may have hidden what is now at an end
    text = _beginning(_ending(text, fired), fired)
    return _spaced(text, fired), fired


def greeted(text: str) -> str:
    """A text without its greeting."""
    match = _GREETING.match(text)
    return text[match.end() :] if match else text


def is_titled(title: str) -> bool:
    """Whether a title begins with the forum's `Q.`"""
    return _TITLE_Q.match(title) is not None


def _beginning(text: str, fired: set[str]) -> str:
    again = True
    while again:
        again = False
        if match := _GREETING.match(text, 0, _NEAR):
            text, again = text[match.end() :].lstrip(), match.end() > 0
        for rule, pattern in _OPENINGS:
            if match := pattern.match(text, 0, _NEAR):
                fired.add(rule)
                text, again = text[match.end() :].lstrip(), True
    return text


def _ending(text: str, fired: set[str]) -> str:
    again = True
    while again:
        again = False
        text = text.rstrip()
        for rule, pattern in _ENDINGS:
            if match := pattern.search(text, max(0, len(text) - _NEAR)):
                fired.add(rule)
                if rule == "signoff" and _DR_NAME.search(match[0]):
                    fired.add("dr_name")
                text, again = text[: match.start()].rstrip(), bool(match[0])
    return text


def _note(text: str, fired: set[str]) -> None:
    """What is there before anything is cut."""
    if _is_branded(text):
        fired.add("brand")
    if ".com" in text and _SITE.search(text):
        fired.add("url")


def _is_branded(text: str) -> bool:
    lowered = text.lower()
    return any(gate in lowered for gate in _BRAND_GATES) and _BRAND.search(text) is not None


def _everywhere(text: str, fired: set[str]) -> str:
    if "ttachment" in text:
        text, notes = _ATTACHMENT.subn("", text)
        if notes:
            fired.add("attachment")
    if "brand" in fired or _is_branded(text):
        fired.add("brand")
        text = _ORPHANS.sub(r"\1", _BRAND.sub("", text))
    return text


def _spaced(text: str, fired: set[str]) -> str:
    spaced = _NO_SPACE.sub(lambda m: f"{m[0]} ", text)
    if spaced != text:
        fired.add("no_space")
    return re.sub(r" {2,}", " ", spaced).strip()
