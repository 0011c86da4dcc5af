// All codings as sliders, and a walk between two images.
function begin(figure) {
  const { data } = figure, layers = unpackLayers(data.layers), codings = floats(data.codings);
  const decode = z => layers.reduce(dense, z), width = data.n_codings;
  const z = new Float32Array(width), sliders = figure.all(".live-coding input");
  const ends = figure.all(".live-end input"), walk = figure.get(".live-walk input");
  const coding = i => codings.subarray(i * width, (i + 1) * width);
  let walking = false, start = null;
  function draw() {
    figure.picture(figure.get(".live-picture"), decode(z));
    sliders.forEach((slider, i) => { slider.value = z[i]; slider.nextElementSibling.value = signed(z[i]); });
  }
  function step() {
    const [from, to] = ends.map(end => coding(+end.value)), t = +walk.value;
    for (let i = 0; i < width; i++) z[i] = (1 - t) * from[i] + t * to[i];
    walk.nextElementSibling.value = `${Math.round(100 * t)}%`;
    draw();
  }
  ends.forEach(end => {
    const show = () => {
      const canvas = end.closest(".live-end").querySelector("canvas");
      figure.thumb(canvas, +end.value);
      end.setAttribute("aria-valuetext", data.names[data.labels[+end.value]]);
    };
    end.addEventListener("input", () => { walking = false; show(); step(); });
    show();
  });
  walk.addEventListener("input", () => { walking = false; step(); });
  sliders.forEach((slider, i) => slider.addEventListener("input", () => { walking = false; z[i] = +slider.value; draw(); }));
  function frame(now) {
    if (!walking) return; // a hand on a control ends the walk
    start ??= now;
    walk.value = Math.min((now - start) / 2000, 1);
    step();
    if (+walk.value < 1) requestAnimationFrame(frame);
    else walking = false;
  }
  figure.get(".live-go").addEventListener("click", () => {
    start = null;
    if (!walking) requestAnimationFrame(frame);
    walking = true;
  });
  figure.get(".live-zero").addEventListener("click", () => { walking = false; z.fill(0); draw(); });
  figure.root.decode = decode;
  checkDecoder(figure, decode);
  step();
}
