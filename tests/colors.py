"""Colors as one sees them: the grounds that are drawn on, and WCAG's contrast."""

# Grounds on which live figures draw: white, and the book theme's in the dark.
WHITE, DARK = "#ffffff", "#121212"


def luminance(red, green, blue):
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """WCAG's contrast ratio of two colors, given by their channels from 0 to 1."""
    light, dark = sorted((luminance(*one), luminance(*other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def computed(color):
    red, green, blue, *alpha = [float(n) for n in color[color.index("(") + 1 : -1].split(",")]
    assert not alpha or alpha == [1], f"{color} is translucent: measure what lies beneath it"
    return [red / 255, green / 255, blue / 255]
