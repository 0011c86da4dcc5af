// A net that runs in the page: dense layers as Keras computes them, and how far from Keras they are.
const sigmoid = v => 1 / (1 + Math.exp(-v));
const ACTIVATIONS = {
  linear: v => v,
  relu: v => Math.max(v, 0),
  sigmoid,
  silu: v => v * sigmoid(v),
  selu: v => 1.0507009873554805 * (v > 0 ? v : 1.6732632423543772 * Math.expm1(v)),
};

const unpackLayers = layers =>
  layers.map(l => ({ kernel: floats(l.kernel), bias: floats(l.bias), f: ACTIVATIONS[l.activation] }));

function dense(x, { kernel, bias, f }) {
  const m = bias.length, y = Float32Array.from(bias);
  for (let i = 0; i < x.length; i++) {
    const xi = x[i];
    if (xi !== 0) for (let j = 0, at = i * m; j < m; j++) y[j] += xi * kernel[at + j];
  }
  for (let j = 0; j < m; j++) y[j] = f(y[j]);
  return y;
}

/** How far this page's numbers are from those that Keras stored in it. */
function tellDifference(figure, largest) {
  figure.root.dataset.largestDifference = largest;
  const bound = 10 ** Math.ceil(Math.log10(Math.max(largest, 1e-7))); // the power of ten above it
  figure.get(".live-check").textContent =
    `Checked as the page opened: this browser and Keras differ by less than ${bound.toFixed(7).replace(/0+$/, "")}.`;
}

/** The same for a decoder, whose pictures for some codings Keras stored. */
function checkDecoder(figure, decode) {
  const { codings, pictures } = figure.data.check, width = figure.data.n_codings;
  const z = floats(codings), stored = shorts(pictures);
  let largest = 0;
  for (let i = 0; i * width < z.length; i++) {
    decode(z.subarray(i * width, (i + 1) * width)).forEach((v, j) => {
      largest = Math.max(largest, Math.abs(v - stored[784 * i + j] / 65535));
    });
  }
  tellDifference(figure, largest);
}
