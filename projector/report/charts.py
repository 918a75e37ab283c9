"""Small pictures as inline SVG: a score histogram, and for each label what was projected.

Colours come from the page's style sheet, so the pictures follow light and dark.
"""

from __future__ import annotations

from markupsafe import Markup, escape

from projector.report.data import Overview

WIDTH, HEIGHT = 460, 150
MOST_LABELS = 14


def histogram(overview: Overview) -> Markup:
    """Scores of the projected spans, in twenty bins from 0 to 1."""
    return _histogram("Scores of the projected spans", overview.bins, "{} spans score")


def translations(overview: Overview) -> Markup:
    """Estimates of the translations, in twenty bins from 0 to 1."""
    return _histogram("Estimated quality of the translations", overview.quality_bins,
                      "{} translations are estimated at")  # fmt: skip


def _histogram(title: str, bins: list[int], said: str) -> Markup:
    """Counts of values from 0 to 1; ``said`` stands before the limits in a bar's title."""
    top = max([*bins, 1])
    step = (WIDTH - 40) / len(bins)
    bars = []
    for n, count in enumerate(bins):
        height = 110 * count / top
        low, high = n / len(bins), (n + 1) / len(bins)
        bars.append(
            Markup(
                '<rect class="bar" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="2">'
                "<title>{} {:.2f} to {:.2f}</title></rect>"
            ).format(34 + n * step, 120 - height, step - 3, height, said.format(count), low, high)
        )
    marks = [
        Markup('<text class="axis" x="{:.1f}" y="138" text-anchor="middle">{}</text>').format(
            34 + share * (WIDTH - 40), f"{share:g}"
        )
        for share in (0, 0.25, 0.5, 0.75, 1)
    ]
    scale = Markup('<text class="axis" x="28" y="16" text-anchor="end">{}</text>').format(top)
    line = Markup('<line class="rule" x1="34" x2="{}" y1="120" y2="120"/>').format(WIDTH - 6)
    return _svg(title, HEIGHT, [scale, line, *bars, *marks])


def yields(overview: Overview) -> Markup:
    """One row a label: how many of its spans were projected."""
    ranked = sorted(overview.labels.items(), key=lambda item: (-item[1].spans, item[0]))
    most = max([c.spans for _, c in ranked], default=1)
    rows = []
    for n, (label, counts) in enumerate(ranked[:MOST_LABELS]):
        y, full = 6 + n * 24, 230 * counts.spans / most
        share = 230 * counts.projected / most
        percent = 100 * counts.projected / max(1, counts.spans)
        rows.append(
            Markup(
                '<text class="name" x="104" y="{ty}" text-anchor="end">{label}</text>'
                '<rect class="lost" x="112" y="{y}" width="{full:.1f}" height="16" rx="3"/>'
                '<rect class="bar" x="112" y="{y}" width="{share:.1f}" height="16" rx="3"/>'
                '<text class="axis" x="{tx:.1f}" y="{ty}">{done} of {spans} ({percent})</text>'
            ).format(
                ty=y + 12.5, label=_short(label), y=y, full=full, share=share, tx=118 + full,
                done=counts.projected, spans=counts.spans, percent=f"{percent:.0f} %",
            )
        )  # fmt: skip
    height = 14 + 24 * max(1, min(len(ranked), MOST_LABELS))
    return _svg("Projected spans by label", height, rows)


def _short(label: str) -> str:
    return label if len(label) <= 14 else label[:13] + "…"


def _svg(title: str, height: float, parts: list[Markup]) -> Markup:
    head = Markup(
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}" xmlns="http://www.w3.org/2000/svg">'
    ).format(WIDTH, height, escape(title))
    return head + Markup("").join(parts) + Markup("</svg>")
