// Draws the pottery. A piece is a profile, turned as on a wheel: points of [radius, height], lip to foot.

const GROUND = 338;
const CENTRE = 200;

const FORMS = {
  mug: { tilt: 0.17, profile: [[78, 148], [79, 200], [78, 260], [74, 310], [58, 336]], handle: [[276, 178], [350, 172], [346, 292], [272, 284]] },
  tumbler: { tilt: 0.16, profile: [[70, 128], [69, 190], [66, 260], [63, 315], [52, 337]] },
  espresso: { tilt: 0.2, profile: [[60, 214], [62, 250], [58, 292], [46, 324], [38, 336]], handle: [[258, 236], [308, 230], [304, 296], [252, 296]] },
  bowl: { tilt: 0.24, profile: [[128, 202], [123, 236], [104, 282], [70, 318], [52, 326], [50, 337]] },
  deep: { tilt: 0.22, profile: [[140, 178], [138, 220], [124, 272], [92, 312], [62, 324], [58, 337]] },
  dish: { tilt: 0.3, profile: [[86, 284], [84, 304], [70, 326], [52, 337]] },
  plate: { tilt: 0.34, well: 0.7, profile: [[158, 286], [150, 300], [116, 318], [88, 326], [86, 331]] },
  side: { tilt: 0.34, well: 0.72, profile: [[126, 292], [119, 304], [92, 320], [70, 327], [68, 332]] },
  bud: { tilt: 0.16, profile: [[24, 136], [19, 160], [22, 190], [50, 226], [70, 268], [66, 312], [46, 337]] },
  moon: { tilt: 0.15, seam: 222, profile: [[40, 100], [37, 112], [78, 138], [116, 186], [122, 224], [112, 268], [80, 314], [48, 337]] },
  jug: { tilt: 0.18, profile: [[52, 112], [48, 146], [60, 196], [82, 250], [80, 300], [56, 337]], handle: [[244, 134], [330, 132], [338, 258], [276, 264]], lip: true },
  teapot: { tilt: 0.14, profile: [[50, 194], [84, 214], [104, 254], [98, 298], [66, 337]], handle: [[116, 226], [42, 210], [44, 312], [112, 294]], spout: true, lid: true },
};

let drawn = 0;

/** The drawing of a piece as SVG text, 400 by 400. */
export function draw(look) {
  return `<svg viewBox="0 0 400 400" aria-hidden="true">${piece(look)}</svg>`;
}

/** A shelf with several pieces side by side, each as [look, x, scale]. */
export function shelf(pieces, width, height) {
  const placed = pieces.map(([look, x, scale]) =>
    `<g transform="translate(${x} ${height - 26 - GROUND * scale}) scale(${scale})">${piece(look)}</g>`);
  return `<svg viewBox="0 0 ${width} ${height}" aria-hidden="true">
    <rect x="0" y="${height - 26}" width="${width}" height="14" rx="3" fill="#c9a27c"/>
    <rect x="0" y="${height - 26}" width="${width}" height="5" rx="2.5" fill="#dfbd98"/>
    <rect x="${width * 0.12}" y="${height - 12}" width="12" height="12" fill="#a98360"/>
    <rect x="${width * 0.86}" y="${height - 12}" width="12" height="12" fill="#a98360"/>${placed.join("")}</svg>`;
}

function piece(look) {
  drawn += 1;
  const id = `pot${drawn}`;
  const form = FORMS[look.form];
  const [[lip, top]] = form.profile;
  const foot = form.profile.at(-1);
  const body = outline(form.profile, form.tilt);
  const widest = Math.max(...form.profile.map(([radius]) => radius));
  return `
    <defs>
      <clipPath id="${id}c"><path d="${body}"/></clipPath>
      <linearGradient id="${id}s" gradientUnits="userSpaceOnUse" x1="${CENTRE - widest}" x2="${CENTRE + widest}" y1="0" y2="0">
        <stop offset="0" stop-color="#1d120b" stop-opacity=".30"/><stop offset=".16" stop-color="#1d120b" stop-opacity=".06"/>
        <stop offset=".24" stop-color="#fff" stop-opacity=".14"/><stop offset=".31" stop-color="#fff" stop-opacity=".24"/>
        <stop offset=".38" stop-color="#fff" stop-opacity=".13"/><stop offset=".50" stop-color="#fff" stop-opacity="0"/>
        <stop offset=".70" stop-color="#1d120b" stop-opacity=".12"/><stop offset="1" stop-color="#1d120b" stop-opacity=".46"/>
      </linearGradient>
      <linearGradient id="${id}i" x1="0" x2="1" y1="0" y2=".4">
        <stop offset="0" stop-color="#1d120b" stop-opacity=".42"/><stop offset=".55" stop-color="#1d120b" stop-opacity=".1"/>
        <stop offset="1" stop-color="#fff" stop-opacity=".22"/>
      </linearGradient>
      <radialGradient id="${id}g"><stop offset="0" stop-color="#2a1a10" stop-opacity=".42"/><stop offset=".6" stop-color="#2a1a10" stop-opacity=".16"/><stop offset="1" stop-color="#2a1a10" stop-opacity="0"/></radialGradient>
    </defs>
    <ellipse cx="${CENTRE + 14}" cy="${foot[1] + 2}" rx="${foot[0] * 1.08 + widest * 0.42}" ry="${10 + foot[0] * 0.12}" fill="url(#${id}g)"/>
    ${form.handle ? handle(form.handle, look) : ""}
    ${form.spout ? spout(look, id) : ""}
    ${look.stem ? stem(top) : ""}
    <path d="${body}" fill="${look.clay}"/>
    <g clip-path="url(#${id}c)">
      ${glaze(form, look)}
      ${speckles(form, look)}
      ${form.seam ? `<path d="M60 ${form.seam}q140 34 280 0" fill="none" stroke="#000" stroke-opacity=".1" stroke-width="3"/>` : ""}
      <rect width="400" height="400" fill="url(#${id}s)"/>
    </g>
    ${form.lid ? lid(look, top, id) : opening(form, look, lip, top, id)}`;
}

/** The silhouette: a smooth line through the profile, round at the foot and mirrored. */
function outline(profile, tilt) {
  const right = profile.map(([radius, y]) => [CENTRE + radius, y]);
  const left = profile.map(([radius, y]) => [CENTRE - radius, y]).reverse();
  const [radius, y] = profile.at(-1);
  return `M${right[0]}${smooth(right)}A${radius} ${radius * tilt * 0.9} 0 0 1 ${CENTRE - radius} ${y}${smooth(left)}Z`;
}

function smooth(points) {
  const at = (index) => points[Math.min(Math.max(index, 0), points.length - 1)];
  return points.slice(1).map((end, index) => {
    const [before, start, after] = [at(index - 1), at(index), at(index + 2)];
    const one = [start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6];
    const two = [end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6];
    return `C${one} ${two} ${end}`;
  }).join("");
}

/** The glaze hangs from the lip to a line that runs as the dip left it. */
function glaze(form, look) {
  const top = form.profile[0][1];
  const edge = top + (GROUND - top) * look.dip;
  if (look.dip >= 1) return `<rect width="400" height="400" fill="${look.glaze}"/>`;
  const line = `C340 ${edge + 18} 300 ${edge + 22} 262 ${edge + 13}S214 ${edge + 27} 180 ${edge + 19}S116 ${edge + 14} 40 ${edge - 6}`;
  return `<path d="M0 0H400V${edge - 4}H380${line}H0Z" fill="${look.glaze}"/>
    <path d="M380 ${edge - 4}${line}" fill="none" stroke="#000" stroke-opacity=".2" stroke-width="3"/>
    <path d="M380 ${edge - 9}${line}" fill="none" stroke="#fff" stroke-opacity=".16" stroke-width="2"/>`;
}

function speckles(form, look) {
  let seed = look.form.length * 7919 + look.glaze.charCodeAt(2) * 104729;
  const random = () => { seed = (seed * 16807) % 2147483647; return seed / 2147483647; };
  return Array.from({ length: 70 }, () =>
    `<circle cx="${(40 + random() * 320).toFixed(1)}" cy="${(90 + random() * 250).toFixed(1)}" r="${(0.6 + random() * 1.3).toFixed(1)}" fill="#2a1a10" opacity="${(0.12 + random() * 0.25).toFixed(2)}"/>`).join("");
}

function opening(form, look, lip, top, id) {
  const high = lip * form.tilt;
  const wall = Math.max(4, lip * 0.055);
  const spoutLip = form.lip
    ? `<path d="M${CENTRE - 10} ${top - 9}C${CENTRE - 50} ${top - 14} ${CENTRE - 66} ${top - 20} ${CENTRE - 80} ${top - 17}C${CENTRE - 74} ${top + 4} ${CENTRE - 60} ${top + 16} ${CENTRE - 51} ${top + 38}L${CENTRE - 20} ${top + 8}Z" fill="${look.glaze}"/>
       <path d="M${CENTRE - 80} ${top - 17}C${CENTRE - 74} ${top + 4} ${CENTRE - 60} ${top + 16} ${CENTRE - 51} ${top + 38}L${CENTRE - 44} ${top + 6}Z" fill="#1d120b" opacity=".2"/>` : "";
  const well = form.well
    ? `<ellipse cx="${CENTRE}" cy="${top + 5}" rx="${lip * form.well}" ry="${high * form.well}" fill="#1d120b" fill-opacity=".07" stroke="#fff" stroke-opacity=".35" stroke-width="1.5"/>` : "";
  return `${spoutLip}
    <ellipse cx="${CENTRE}" cy="${top}" rx="${lip}" ry="${high}" fill="${look.glaze}"/>
    <ellipse cx="${CENTRE}" cy="${top}" rx="${lip}" ry="${high}" fill="#fff" fill-opacity=".28"/>
    <ellipse cx="${CENTRE}" cy="${top + 1}" rx="${lip - wall}" ry="${high - wall * 0.55}" fill="${look.inside}"/>
    <ellipse cx="${CENTRE}" cy="${top + 1}" rx="${lip - wall}" ry="${high - wall * 0.55}" fill="url(#${id}i)"/>${well}`;
}

function lid(look, top, id) {
  const dome = outline([[9, top - 34], [34, top - 26], [52, top - 6], [54, top + 3]], 0.2);
  return `<path d="${dome}" fill="${look.glaze}"/><path d="${dome}" fill="url(#${id}s)"/>
    <path d="M${CENTRE - 54} ${top + 3}a54 10 0 0 0 108 0" fill="none" stroke="#000" stroke-opacity=".25" stroke-width="2"/>
    <circle cx="${CENTRE}" cy="${top - 44}" r="13" fill="${look.clay}"/><circle cx="${CENTRE}" cy="${top - 44}" r="13" fill="url(#${id}s)"/>
    <circle cx="${CENTRE - 4}" cy="${top - 48}" r="4" fill="#fff" opacity=".35"/>`;
}

function handle([start, one, two, end], look) {
  const line = `M${start}C${one} ${two} ${end}`;
  return `<path d="${line}" fill="none" stroke="${look.glaze}" stroke-width="19" stroke-linecap="round"/>
    <path d="${line}" fill="none" stroke="#1d120b" stroke-opacity=".22" stroke-width="19" stroke-linecap="round"/>
    <path d="${line}" fill="none" stroke="${look.glaze}" stroke-width="14" stroke-linecap="round" stroke-opacity=".55"/>
    <path d="${line}" fill="none" stroke="${look.glaze}" stroke-width="9" stroke-linecap="round"/>
    <path d="${line}" fill="none" stroke="#fff" stroke-opacity=".25" stroke-width="4" stroke-linecap="round"/>`;
}

function spout(look, id) {
  const tube = "M286 296C330 288 330 232 366 206L352 196C318 206 304 226 280 238Z";
  return `<linearGradient id="${id}p" gradientUnits="userSpaceOnUse" x1="308" y1="214" x2="340" y2="262">
      <stop offset="0" stop-color="#fff" stop-opacity=".2"/><stop offset=".35" stop-color="#1d120b" stop-opacity=".05"/><stop offset="1" stop-color="#1d120b" stop-opacity=".48"/></linearGradient>
    <path d="${tube}" fill="${look.glaze}"/><path d="${tube}" fill="url(#${id}p)"/>
    <ellipse cx="359" cy="201" rx="9" ry="4.5" transform="rotate(35 359 201)" fill="#4a3a2e" opacity=".75"/>`;
}

function stem(top) {
  const leaf = (x, y, turn, size) =>
    `<path transform="translate(${x} ${y}) rotate(${turn}) scale(${size})" d="M0 0C6 -14 22 -20 40 -16C32 -2 18 6 0 0Z" fill="#6f8a62"/>`;
  return `<path d="M200 ${top + 6}C204 ${top - 40} 212 ${top - 66} 226 ${top - 104}" fill="none" stroke="#5a6b4a" stroke-width="3.5" stroke-linecap="round"/>
    ${leaf(203, top - 24, -8, 0.95)}${leaf(207, top - 44, -128, 0.9)}${leaf(212, top - 64, -14, 0.85)}${leaf(217, top - 80, -122, 0.75)}${leaf(225, top - 102, -60, 0.8)}`;
}
