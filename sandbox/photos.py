"""Pictures of products: flat shapes on a tinted ground, drawn the same way every time."""

from sandbox.world.catalog import Product

_SHAPES = {
    "fold": '<rect x="96" y="150" width="208" height="44" rx="18"/><rect x="84" y="196" width="232" height="48" rx="20"/><rect x="76" y="246" width="248" height="52" rx="22"/>',
    "towel": '<rect x="130" y="84" width="140" height="232" rx="10"/><rect x="130" y="276" width="140" height="10" fill="{dark}"/><rect x="130" y="292" width="140" height="5" fill="{dark}"/>',
    "robe": '<path d="M150 84h100l58 62-34 34-24-22v158H150V158l-24 22-34-34z"/><path d="M200 100l-34 92h68z" fill="{light}"/><rect x="150" y="214" width="100" height="18" fill="{dark}"/>',
    "bed": '<rect x="64" y="214" width="272" height="74" rx="14"/><rect x="84" y="164" width="104" height="56" rx="20" fill="{light}"/><rect x="212" y="164" width="104" height="56" rx="20" fill="{light}"/><rect x="64" y="246" width="272" height="12" fill="{dark}"/>',
    "curtain": '<rect x="70" y="84" width="260" height="12" rx="6" fill="{dark}"/><path d="M86 100h104c0 90-14 150-58 214H86z"/><path d="M314 100H210c0 90 14 150 58 214h46z"/>',
    "pillow": '<path d="M92 132q108 22 216 0q-18 70 0 138q-108-22-216 0q18-70 0-138z"/><path d="M112 154q88 14 176 0" fill="none" stroke="{dark}" stroke-width="4"/>',
    "apron": '<path d="M158 90h84v66q52 18 52 60v94H106v-94q0-42 52-60z"/><rect x="156" y="230" width="88" height="46" rx="8" fill="{light}"/>',
    "cloth": '<path d="M72 176h256l-34 112-30-18-32 18-32-18-32 18-32-18-30 18z"/><ellipse cx="200" cy="176" rx="128" ry="34" fill="{light}"/>',
    "napkin": '<path d="M200 92l108 108-108 108L92 200z"/><path d="M200 92v216" stroke="{dark}" stroke-width="4"/>',
    "sheet": '<rect x="88" y="118" width="224" height="164" rx="16"/><path d="M88 160h224M88 202h224M88 244h224" stroke="{dark}" stroke-width="3"/>',
    "pyjama": '<path d="M140 84h120l42 46-26 24-24-18v70H148v-70l-24 18-26-24z"/><path d="M148 222h104v92h-40l-12-52-12 52h-40z" fill="{light}"/>',
    "shirt": '<path d="M146 92h108l58 58-32 32-26-22v150H146V160l-26 22-32-32z"/><path d="M176 92l24 34 24-34" fill="{light}"/><path d="M200 130v176" stroke="{dark}" stroke-width="4"/>',
    "trousers": '<path d="M148 84h104l18 232h-48l-22-158-22 158h-48z"/><rect x="148" y="84" width="104" height="18" fill="{dark}"/>',
    "dress": '<path d="M168 84h64l10 78 56 150H102l56-150z"/><rect x="156" y="156" width="88" height="12" fill="{dark}"/>',
    "slippers": '<path d="M96 132c44-12 66 24 66 86s-14 92-44 92-44-30-44-92 0-78 22-86z"/><path d="M304 132c-44-12-66 24-66 86s14 92 44 92 44-30 44-92 0-78-22-86z"/><path d="M78 190q40 22 82 6M322 190q-40 22-82 6" fill="none" stroke="{dark}" stroke-width="6"/>',
}  # fmt: skip


def _blend(colour: str, other: str, share: float) -> str:
    ours, theirs = ([int(text[start : start + 2], 16) for start in (1, 3, 5)] for text in (colour, other))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(ours, theirs, strict=True))


def photo(product: Product, *, view: int = 1) -> str:
    """Draw a product; the second view lies on a darker ground."""
    colour = product.colour.hex
    ground = _blend(colour, "#f4efe6" if view == 1 else "#ddd5c6", 0.86)
    shape = _SHAPES[product.family.shape].format(
        dark=_blend(colour, "#2b2620", 0.28), light=_blend(colour, "#ffffff", 0.42)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="400" height="400" role="img">'
        f'<rect width="400" height="400" fill="{ground}"/>'
        f'<ellipse cx="200" cy="328" rx="128" ry="12" fill="{_blend(ground, "#3a342c", 0.18)}"/>'
        f'<g fill="{colour}" stroke="{_blend(colour, "#2b2620", 0.2)}" stroke-width="2">{shape}</g></svg>'
    )
