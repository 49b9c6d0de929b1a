// Pictures are drawn, not loaded. Colours are CSS variables: the mood of a landscape is its parent's `data-tone`.

export function FernMark() {
  return (
    <svg className="fern" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M12 23V3m0 4 5-4m-5 9 7-5m-7 10 7-4M12 7 7 3m5 9L5 7m7 10-7-4" />
    </svg>
  );
}

export function Landscape() {
  return (
    <svg className="landscape" viewBox="0 0 1440 640" preserveAspectRatio="xMidYMax slice" aria-hidden="true">
      <circle className="sun-glow" cx="720" cy="352" r="210" />
      <circle className="sun" cx="720" cy="352" r="104" />
      <path
        className="ridge-1"
        d={ridge({ top: 352, height: 74, waves: [3.1, 7.3, 15.7, 31.3], phase: 2.2, isSharp: true })}
      />
      <path
        className="ridge-2"
        d={ridge({ top: 412, height: 62, waves: [2.3, 6.1, 13.3, 29.1], phase: 4.6, isSharp: true })}
      />
      <path className="ridge-3" d={ridge({ top: 480, height: 58, waves: [1.7, 4.3, 9.1], phase: 1.1 })} />
      <path className="pines" d={pines({ count: 46, ground: 566, height: 108 })} />
      <path className="ridge-4" d={ridge({ top: 556, height: 30, waves: [1.3, 3.7, 7.9], phase: 3.3 })} />
      <path className="trail" d="M806 572C816 548 668 520 690 494s96-30 92-58-52-34-46-66" />
      <g className="rain">
        <path d={rain(90, 0)} />
        <path d={rain(90, 640)} />
      </g>
    </svg>
  );
}

interface RidgeLine {
  readonly top: number;
  readonly height: number;
  readonly waves: readonly number[];
  readonly phase: number;
  readonly isSharp?: boolean;
}

function ridge({ top, height, waves, phase, isSharp = false }: RidgeLine): string {
  const crest = isSharp ? (at: number) => 1 - 2 * Math.abs(Math.sin(at / 2)) : Math.sin;
  const points = Array.from({ length: 145 }, (_, step) => {
    const lift = waves.reduce(
      (sum, wave, index) => sum + crest(phase * (index + 1) + (step / 144) * wave * 3.14) / (index + 1),
      0,
    );
    return `${step * 10} ${Math.round(top - lift * height * 0.6)}`;
  });
  return `M0 660L${points.join('L')}L1440 660Z`;
}

function pines({ count, ground, height }: { count: number; ground: number; height: number }): string {
  return Array.from({ length: count }, (_, index) => {
    const tall = Math.round(height * (0.45 + 0.55 * scatter(index)));
    const x = Math.round((index + scatter(index + 99) * 1.4) * (1440 / count));
    const w = Math.round(tall * 0.19);
    const tier = Math.round(tall / 3.4);
    return `M${x} ${ground + 40 - tall}l${w >> 1} ${tier}h${-(w >> 2)}l${w >> 1} ${tier}h${-(w >> 2)}l${w >> 1} ${tier}v60h${-2 * w}v-60l${w >> 1} ${-tier}h${-(w >> 2)}l${w >> 1} ${-tier}h${-(w >> 2)}Z`;
  }).join('');
}

function rain(count: number, shift: number): string {
  return Array.from({ length: count }, (_, index) => {
    const length = 16 + Math.round(scatter(index) * 26);
    return `M${Math.round(scatter(index + 7) * 1640)} ${Math.round(scatter(index + 31) * 640) - shift}l${-Math.round(length / 3)} ${length}`;
  }).join('');
}

// The same picture on every render, without looking regular.
function scatter(index: number): number {
  let mixed = Math.imul(index + 1, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}

export function ProductArt({ slug, view = 'front' }: { slug: string; view?: 'front' | 'detail' | 'outside' }) {
  const drawing = DRAWINGS[slug];
  if (!drawing) return null;

  return (
    <span className="product-art" data-product={slug} data-view={view}>
      {view === 'outside' && <Landscape />}
      <svg
        viewBox={view === 'detail' ? drawing.detail : view === 'outside' ? '-150 -304 700 700' : '0 0 400 400'}
        aria-hidden="true"
      >
        <ellipse className="shadow" cx="200" cy="344" rx="116" ry="12" />
        {drawing.shape}
      </svg>
    </span>
  );
}

const DRAWINGS: Record<string, { detail: string; shape: React.ReactNode }> = {
  'drift-shell': {
    detail: '150 112 150 150',
    shape: (
      <>
        <path className="tone-2" d="M128 124 84 258q-3 12 9 16l24 7q8 2 11-7l22-88z" />
        <path className="tone-2" d="m272 124 44 134q3 12-9 16l-24 7q-8 2-11-7l-22-88z" />
        <path
          className="tone-1"
          d="M146 104q-24 8-24 36l8 176q1 20 20 20h100q19 0 20-20l8-176q0-28-24-36l-34-12h-40z"
        />
        <path className="tone-3" d="M200 330V176l-46-84q-12 60 8 96z" opacity=".35" />
        <path className="tone-2" d="M154 106q-6-52 46-58 52 6 46 58-8 34-46 50-38-16-46-50z" />
        <path className="tone-4" d="M168 106q-2-34 32-40 34 6 32 40-6 22-32 36-26-14-32-36z" />
        <path className="line" d="M200 146v188M150 262l26-34M250 262l-26-34" />
        <path className="accent" d="M196 150h8v26h-8zM146 258l6-8 6 5-6 8zM254 258l-6-8-6 5 6 8z" />
        <path className="line" d="M130 316h140" />
      </>
    ),
  },
  'ridge-28': {
    detail: '112 168 170 170',
    shape: (
      <>
        <path className="line thick" d="M172 72q0-24 28-24t28 24" />
        <path
          className="tone-3"
          d="M106 196q-14 4-14 24v66q0 22 18 22h24V196zM294 196q14 4 14 24v66q0 22-18 22h-24V196z"
        />
        <path className="tone-1" d="M126 132q0-62 74-66 74 4 74 66v176q0 28-28 28h-92q-28 0-28-28z" />
        <path className="tone-2" d="M120 140q-4-74 80-78 84 4 80 78-2 30-34 30h-92q-32 0-34-30z" />
        <path className="tone-2" d="M146 222q0-14 14-14h80q14 0 14 14v70q0 18-18 18h-72q-18 0-18-18z" />
        <path className="line" d="M146 240h108M126 190h148" />
        <path className="accent" d="M156 152h10v58h-10zM234 152h10v58h-10z" />
        <path className="tone-4" d="M153 186h16v12h-16zM231 186h16v12h-16zM192 236h16v10h-16z" />
        <path className="accent" d="M184 98h32v18h-32z" />
      </>
    ),
  },
  'tarn-tent': {
    detail: '118 130 190 190',
    shape: (
      <>
        <path className="line" d="m62 336-34 8M338 336l34 8M112 196l-68 146M288 196l68 146" />
        <path className="tone-2" d="M56 338Q96 134 200 118q104 16 144 220z" />
        <path className="tone-1" d="M56 338Q96 134 200 118q-46 90-52 220z" />
        <path className="tone-3" d="M344 338Q304 134 200 118q52 90 60 220z" />
        <path className="tone-4" d="M148 338q8-92 52-150 44 58 56 150z" />
        <path className="glow" d="M164 338q8-70 38-116 28 46 38 116z" />
        <path className="accent" d="M148 338q8-92 52-150-18 66-24 150z" />
        <path className="line" d="M200 118v70M56 338Q96 134 200 118q104 16 144 220" />
        <path className="line" d="M104 214q-6 60-4 124M296 214q6 60 4 124" />
      </>
    ),
  },
  'cairn-boot': {
    detail: '146 84 136 136',
    shape: (
      <>
        <path className="tone-4" d="M92 312q0 26 18 26h52l10-8h22l10 8h104q18 0 18-22v-12z" />
        <path
          className="tone-1"
          d="M112 96q-2-16 14-18l72-4q12 0 14 12l14 82q50 22 84 54 22 20 16 54-2 36-34 36H108q-16 0-16-16 0-28 14-64 14-40 6-136z"
        />
        <path className="tone-2" d="M112 96q-2-16 14-18l72-4q12 0 14 12l3 22-102 12z" />
        <path className="tone-2" d="M240 178q48 20 76 54 12 14 10 40-52 18-96-8-30-20-30-48 18-8 40-38z" opacity=".8" />
        <path className="tone-3" d="M92 296q-2-26 12-62 46 10 50 62z" />
        <path className="line" d="M92 298h232M192 112l28 84" />
        <path className="accent-line" d="m196 124 26-8M202 142l26-8M208 160l26-8M214 178l26-8" />
        <path className="accent" d="M124 66h14v32h-14z" />
      </>
    ),
  },
  'ember-lantern': {
    detail: '118 130 166 166',
    shape: (
      <>
        <circle className="glow" cx="200" cy="222" r="150" opacity=".18" />
        <circle className="glow" cx="200" cy="222" r="106" opacity=".28" />
        <path className="line thick" d="M146 140Q150 46 200 46t54 94" />
        <path className="tone-2" d="M168 104h64l12 26h-88z" />
        <path className="tone-1" d="M148 128h104q10 0 10 10v14H138v-14q0-10 10-10z" />
        <path className="glow" d="M146 152h108l6 140H140z" />
        <path className="flame" d="M200 184q30 40 22 66-6 20-22 20t-22-20q-8-26 22-66z" />
        <path className="ember" d="M200 222q14 20 10 34-3 10-10 10t-10-10q-4-14 10-34z" />
        <path className="line" d="M170 152l-4 140M230 152l4 140" />
        <path className="tone-1" d="M134 290h132l10 36q2 12-10 12H134q-12 0-10-12z" />
        <path className="accent" d="M188 306h24v14h-24z" />
      </>
    ),
  },
  'fell-mug': {
    detail: '100 130 190 190',
    shape: (
      <>
        <path className="steam" d="M164 128q-14-22 2-40t2-40M204 128q-14-22 2-40t2-40M244 128q-14-22 2-40t2-40" />
        <path className="line handle" d="M276 196h20q34 0 34 40t-34 44h-26" />
        <path className="tone-1" d="M118 158h168l-10 156q-2 24-26 24h-96q-24 0-26-24z" />
        <path className="tone-3" d="M236 158h50l-10 156q-2 24-26 24h-30q16-80 16-180z" opacity=".5" />
        <ellipse className="tone-4" cx="202" cy="158" rx="86" ry="17" />
        <ellipse className="coffee" cx="202" cy="161" rx="72" ry="11" />
        <path className="accent-line" d="M132 288 168 226l20 30 24-42 46 74z" />
        <path
          className="speck"
          d="M140 200h3v3h-3zM262 214h3v4h-3zM158 306h4v3h-4zM246 310h3v3h-3zM176 190h3v3h-3zM226 200h3v3h-3z"
        />
      </>
    ),
  },
};
