"""Packs a net so that it runs in the page: the weights of its dense layers, and what Keras makes of some inputs."""

import numpy as np

from lecture6_utils.live_figures.packing import floats, whole

ACTIVATIONS = ("linear", "relu", "selu", "sigmoid", "silu")  # those that nets.js knows


def layer_data(layer):
    """The weights of a layer, and its activation."""
    return {
        "kernel": floats(layer.kernel),
        "bias": floats(layer.bias),
        "activation": layer.activation.__name__,
    }


def decoder_data(decoder, check):
    """The dense layers of a decoder of logits, and its pictures for some codings."""
    layers = []
    for layer in decoder.layers:
        name = type(layer).__name__
        if name == "Dense" and layer.activation.__name__ in ACTIVATIONS:
            layers.append(layer_data(layer))
        elif name not in ("InputLayer", "Reshape", "Flatten"):
            raise ValueError(
                f"The page cannot run the layer {layer.name!r}. Give a decoder of Dense layers "
                f"with one of these activations: {', '.join(ACTIVATIONS)}."
            )
    n_codings = decoder.input_shape[-1]
    if check.shape[1] != n_codings or int(np.prod(decoder.output_shape[1:])) != 784:
        raise ValueError(
            f"Expected a decoder from {check.shape[1]} codings to 28 × 28 pixels, got "
            f"{decoder.input_shape} → {decoder.output_shape}. Give the decoder of these codings."
        )
    if layers[-1]["activation"] != "linear":
        raise ValueError(
            "Expected a decoder of logits, got one whose last Dense layer has the activation "
            f"{layers[-1]['activation']}: leave that activation out."
        )
    layers[-1]["activation"] = "sigmoid"
    return {
        "layers": layers,
        "n_codings": n_codings,
        "check": {
            "codings": floats(check),
            "pictures": whole("pictures", 65535 * logistic(decoder(check))),
        },
    }


def logistic(logits):
    """Probabilities of ink."""
    return 1 / (1 + np.exp(-np.array(logits)))
