"""`fit` and `fit_autoencoder` train as Keras does: same updates, History, callbacks."""

import random

import keras
import numpy as np
import pytest
import tensorflow as tf

from lecture6_utils import training
from lecture6_utils.training import fit, fit_autoencoder

N, BATCH = 70, 32  # the last batch of an epoch is smaller
#: XLA takes seconds to compile. Where it is not in question how an epoch is computed, it is left out.
PLAIN = {"jit_compile": False}


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(N, 5)).astype("float32")
    return x, (x @ rng.normal(size=(5, 1)) > 0).astype("float32")


def classifier(dropout=0.0, **compile_arguments):
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((5,)),
            keras.layers.Dense(8, "relu", kernel_regularizer="l2"),
            keras.layers.Dropout(dropout, seed=3),
            keras.layers.Dense(1, "sigmoid"),
        ]
    )
    arguments = {"loss": "binary_crossentropy", "optimizer": "adam", "metrics": ["accuracy"]}
    model.compile(**(arguments | compile_arguments))
    return model


def two_outputs():
    inputs = keras.Input((5,))
    model = keras.Model(inputs, [keras.layers.Dense(1)(inputs), keras.layers.Dense(1)(inputs)])
    model.compile(loss=["mse", "mse"])
    return model


@pytest.mark.parametrize("schedule", [False, True])
def test_one_epoch_equals_keras_step_by_step(data, schedule):
    x, y = data

    def rate():
        return keras.optimizers.schedules.CosineDecay(0.1, N // BATCH) if schedule else 0.001

    ours, keras_own = (classifier(optimizer=keras.optimizers.Adam(rate())) for _ in range(2))
    np.random.seed(0)
    history = fit(ours, x, y, epochs=1, batch_size=BATCH)
    np.random.seed(0)
    order = np.random.permutation(N)
    total = {"loss": 0, "accuracy": 0}
    for start in range(0, N, BATCH):
        rows = order[start : start + BATCH]
        keras_own.reset_metrics()
        logs = keras_own.train_on_batch(x[rows], y[rows], return_dict=True)
        total = {name: total[name] + logs[name] * len(rows) for name in total}
    for a, b in zip(ours.get_weights(), keras_own.get_weights()):
        np.testing.assert_allclose(a, b, atol=1e-6)
    for name in total:
        assert history.history[name] == [pytest.approx(total[name] / N, rel=1e-5)]


def test_a_repeat_gives_the_same_bits(data):
    x, y = data
    runs = []
    for _ in range(2):
        model = classifier(dropout=0.5)
        history = fit(model, x, y, epochs=3, validation_data=(x, y))
        runs.append((history.history, [w.tobytes() for w in model.get_weights()]))
    assert runs[0] == runs[1]


def test_history_and_validation_are_those_of_keras(data):
    x, y = data
    model = classifier()
    history = fit(model, x, y, epochs=4, batch_size=BATCH, validation_data=(x, y))
    assert isinstance(history, keras.callbacks.History)
    assert history.epoch == [0, 1, 2, 3]
    assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    loss, accuracy = model.evaluate(x, y, verbose=0)
    assert history.history["val_loss"][-1] == pytest.approx(loss, rel=1e-5)
    assert history.history["val_accuracy"][-1] == pytest.approx(accuracy)


def test_callbacks_run_and_may_stop_the_training(data):
    x, y = data

    class Stop(keras.callbacks.Callback):
        seen = []

        def on_epoch_end(self, epoch, logs):
            self.seen.append(sorted(logs))
            self.model.stop_training = epoch == 1

    history = fit(classifier(), x, y, epochs=9, validation_data=(x, y), callbacks=[Stop()])
    assert len(history.epoch) == 2
    assert Stop.seen == [["accuracy", "loss", "val_accuracy", "val_loss"]] * 2


def test_a_learning_rate_schedule_counts_batches(data):
    x, y = data
    model = classifier()
    fit(model, x, y, epochs=2, batch_size=BATCH)
    assert int(model.optimizer.iterations) == 2 * 3


def test_an_autoencoder_passes_its_input_twice(data):
    x, _ = data
    model = keras.Sequential([keras.Input((5,)), keras.layers.Dense(5)])
    model.compile(loss="mse", optimizer=keras.optimizers.Adam(0.05))
    losses = fit(model, x, x, epochs=30, **PLAIN).history["loss"]
    assert losses[-1] < 0.5 * losses[0]


def test_masks_and_recurrent_layers_train_too():
    keras.utils.set_random_seed(0)
    x = np.random.randint(1, 9, size=(64, 7))
    y = (x[:, -1] > 4).astype("float32")[:, None]
    model = keras.Sequential(
        [
            keras.Input((7,), dtype="int32"),
            keras.layers.Embedding(9, 4, mask_zero=True),
            keras.layers.LSTM(8),
            keras.layers.Dense(1, "sigmoid"),
        ]
    )
    model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(0.02))
    losses = fit(model, x, y, epochs=20).history["loss"]
    assert losses[-1] < losses[0]


# --- one compilation for all models that are alike ----------------------------------------


@pytest.fixture
def no_programs(monkeypatch):
    monkeypatch.setattr(training, "_PROGRAMS", type(training._PROGRAMS)())
    return lambda: len(training._PROGRAMS)


class OwnDense(keras.layers.Dense):
    """As Keras's, but for whoever reads its name."""


def net(
    seed=1,
    layer=keras.layers.Dense,
    units=6,
    activation="relu",
    l2=0.01,
    rate=0.3,
    frozen=False,
    loss="mse",
    optimizer=None,
    names=("a", "b"),
    metric=None,
    dropout_seed=None,
):
    keras.utils.set_random_seed(seed)
    first = layer(units, activation, kernel_regularizer=keras.regularizers.L2(l2), name=names[0])
    inner = keras.Sequential([first, keras.layers.Dropout(rate, seed=dropout_seed)], name=names[1])
    model = keras.Sequential([keras.Input((5,)), inner, keras.layers.BatchNormalization()])
    model.add(keras.layers.Dense(1))
    inner.trainable = not frozen
    optimizer = optimizer or keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, 9))
    model.compile(loss=loss, optimizer=optimizer, metrics=[metric] if metric else None)
    return model


def outcome(model, data, jit_compile):
    """All that a training leaves behind, to the bit, and what is drawn by lot after it."""
    x, y = data
    options = {"batch_size": BATCH, "validation_data": (x, y), "jit_compile": jit_compile}
    history = fit(model, x, y, epochs=2, **options).history
    state = [np.asarray(v.value).tobytes() for v in [*model.variables, *model.optimizer.variables]]
    return history, state, random.random(), np.random.rand(), keras.layers.Dense(2)(x).numpy()[0, 0]


def own_loss(y, y_pred):
    return keras.ops.mean(keras.ops.abs(y - y_pred))


def faster():
    return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.05, 7))


DIFFERENT = [
    {"units": 7},
    {"activation": "tanh"},
    {"l2": 0.02},
    {"rate": 0.4},
    {"frozen": True},
    {"loss": "mae"},
    {"optimizer": keras.optimizers.SGD},
    {"optimizer": faster},  # without XLA a program keeps its learning rate
    {"metric": "mae"},
]
ALIKE = [{"optimizer": faster}, {"seed": 2}, {"names": ("c", "relu")}, {"dropout_seed": 4}]
UNKNOWN = [
    {"layer": OwnDense},
    {"loss": own_loss},
    {"loss": lambda y, y_pred: own_loss(y, y_pred)},
    {"activation": lambda z: z * 0.5},
]


@pytest.fixture(scope="module")
def of_the_first(data):
    """The programs that a first model leaves behind, without XLA and with it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "_PROGRAMS", type(training._PROGRAMS)())
        for jit_compile in (False, True):
            outcome(net(), data, jit_compile)
        return training._PROGRAMS


@pytest.mark.parametrize(
    ("change", "new", "jit_compile"),
    [(change, 1, False) for change in DIFFERENT]
    + [(change, 0, True) for change in ALIKE]
    + [(change, 0, False) for change in UNKNOWN],
)
def test_a_second_model_learns_as_if_it_were_the_first(
    data, no_programs, of_the_first, change, new, jit_compile
):
    """With the same bits, whether it is like the one before it (no new program) or not (a new one)."""

    def made():
        optimizer = {k: v() for k, v in change.items() if k == "optimizer"}
        return net(**change | optimizer)

    alone = outcome(made(), data, jit_compile)
    training._PROGRAMS.clear()
    training._PROGRAMS.update(of_the_first)
    assert outcome(made(), data, jit_compile) == alone
    assert no_programs() == len(of_the_first) + new == 2 + new


def test_what_is_alike_is_compiled_once(data, no_programs):
    for seed in range(4):
        fit(net(seed), *data, epochs=2, batch_size=BATCH)
    (program,) = training._PROGRAMS.values()
    assert program.train_full_batches.experimental_get_tracing_count() == 1
    assert program.train_last_batch.experimental_get_tracing_count() == 1


def test_the_twin_of_one_model_leaves_another_alone(data, no_programs):
    first = net(1)
    fit(first, *data, epochs=1, **PLAIN)
    weights = [w.tobytes() for w in first.get_weights()]
    fit(net(2), *data, epochs=1, **PLAIN)
    assert [w.tobytes() for w in first.get_weights()] == weights


def test_a_metric_is_logged_under_its_own_name(data, no_programs):
    for name in ("one", "other"):
        metric = keras.metrics.MeanSquaredError(name=name)
        history = fit(net(metric=metric), *data, epochs=1, batch_size=BATCH, **PLAIN).history
        assert set(history) == {"loss", name}


def test_layers_that_share_weights_do_so_in_training(data, no_programs):
    """Two models of one config, as far as Keras writes it down; one shares a layer."""

    def pair(shared):
        keras.utils.set_random_seed(1)
        one = keras.layers.Dense(5, name="d")
        other = one if shared else keras.layers.Dense(5, name="d")
        halves = [
            keras.Sequential([keras.Input((5,)), layer], name=n)
            for n, layer in (("p", one), ("q", other))
        ]
        model = keras.Sequential([keras.Input((5,)), *halves, keras.layers.Dense(1)])
        model.compile(loss="mse", optimizer="adam")
        return model

    fit(pair(False), *data, epochs=1, **PLAIN)
    model = pair(True)
    fit(model, *data, epochs=2, **PLAIN)
    a, b = (half.layers[0].kernel for half in model.layers[:2])
    assert a is b and len(model.trainable_variables) == 4


def test_a_callback_may_change_the_model(data, no_programs):
    fit(net(), *data, epochs=1, **PLAIN)

    class Zero(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs):
            self.seen = self.model.get_weights()[0].copy()
            self.model.set_weights([np.zeros_like(w) for w in self.model.get_weights()])

    model, zero = net(), Zero()
    fit(model, *data, epochs=1, callbacks=[zero], **PLAIN)
    assert zero.seen.any() and not model.get_weights()[0].any()


def test_a_second_training_goes_on_along_the_schedule(data, no_programs):
    n_steps = -(-N // BATCH)
    rate = keras.optimizers.schedules.PiecewiseConstantDecay([n_steps - 1], [0.1, 0.0])
    model = net(optimizer=keras.optimizers.SGD(rate))
    weights = [model.trainable_variables[0].value.numpy()]
    for _ in range(2):
        fit(model, *data, epochs=1, batch_size=BATCH)
        weights.append(model.trainable_variables[0].value.numpy())
    assert not np.array_equal(weights[0], weights[1])
    np.testing.assert_array_equal(weights[1], weights[2])


def test_a_callback_may_set_the_learning_rate(data, no_programs):
    made = []
    for rate in (0.0, 0.1):
        model = net(optimizer=keras.optimizers.SGD(0.5))
        before = model.trainable_variables[0].value.numpy()
        scheduler = keras.callbacks.LearningRateScheduler(lambda epoch: rate)  # noqa: B023
        fit(model, *data, epochs=2, batch_size=BATCH, callbacks=[scheduler])
        assert float(model.optimizer.learning_rate.value) == pytest.approx(rate)
        made.append(np.abs(model.trainable_variables[0].value.numpy() - before).max())
    assert made[0] == 0 < made[1] and no_programs() == 1


def test_a_training_that_is_cut_off_leaves_the_model_as_far_as_it_came(
    data, no_programs, monkeypatch
):
    fit(net(), *data, epochs=1, **PLAIN)  # from here on, models are trained as its twin
    np.random.seed(0)
    orders = [np.random.permutation(N), KeyboardInterrupt]
    one_epoch, cut_off = net(2), net(2)
    np.random.seed(0)
    fit(one_epoch, *data, epochs=1, **PLAIN)

    def next_order(n):
        order = orders.pop(0)
        if order is KeyboardInterrupt:
            raise order
        return order

    monkeypatch.setattr(np.random, "permutation", next_order)
    with pytest.raises(KeyboardInterrupt):
        fit(cut_off, *data, epochs=9, **PLAIN)
    for one, other in zip(one_epoch.get_weights(), cut_off.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    monkeypatch.undo()
    before = [w.copy() for w in cut_off.get_weights()]
    fit(net(3), *data, epochs=1, **PLAIN)  # the twin is free again
    for one, other in zip(before, cut_off.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_only_the_latest_programs_are_kept(data, no_programs, monkeypatch):
    monkeypatch.setattr(training, "_MOST_PROGRAMS", 2)
    for units in (2, 3, 4):
        fit(net(units=units), *data, epochs=1, batch_size=N, **PLAIN)
    assert no_programs() == 2


def test_a_train_step_of_ones_own_needs_no_loss(data):
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, x):
            return self.dense(x)

        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = keras.ops.mean(keras.ops.square(self(x) - y))
            weights = self.trainable_variables
            self.optimizer.apply(tape.gradient(loss, weights), weights)
            return {"own": loss}

    model = Own()
    model.compile(optimizer=keras.optimizers.Adam(0.1))
    fit(model, *data, epochs=1)
    before = np.mean((model(data[0]) - data[1]) ** 2)
    fit(model, *data, epochs=9)
    assert np.mean((model(data[0]) - data[1]) ** 2) < before


# --- bad input ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "epochs must be a positive integer, got 0"),
        ({"epochs": 1.5}, "epochs must be a positive integer, got 1.5"),
        ({"batch_size": -1}, "batch_size must be a positive integer, got -1"),
        ({"y": np.zeros((3, 1))}, "equally many rows, and some: got 70 and 3"),
        ({"validation_data": [1, 2]}, r"must be a tuple \(x, y\) of arrays, got list"),
        (
            {"x": [np.zeros((70, 5))] * 2},
            "one array of inputs and one of targets, got x of type list: use model.fit",
        ),
        ({"x": tf.data.Dataset.range(70)}, "got x of type _RangeDataset: use model.fit"),
        ({"y": {"a": np.zeros(70)}}, "got y of type dict"),
        ({"model": classifier(run_eagerly=True)}, "run eagerly: train it with model.fit"),
        ({"model": two_outputs()}, "got a model with several outputs: use model.fit"),
        ({"model": keras.Sequential([keras.Input((5,))])}, "not compiled"),
    ],
)
def test_bad_input_gets_a_clear_error(data, change, message):
    x, y = data
    arguments = {"model": classifier(), "x": x, "y": y, "epochs": 1} | change
    with pytest.raises(ValueError, match=message):
        fit(**arguments)


def test_no_rows_is_an_error():
    with pytest.raises(ValueError, match="got 0 and 0"):
        fit(classifier(), np.zeros((0, 5)), np.zeros((0, 1)), epochs=1)


def linear_autoencoder():
    keras.utils.set_random_seed(1)
    return keras.Sequential([keras.Input((5,)), keras.layers.Dense(5)])


def test_fit_autoencoder_is_adam_with_half_a_cosine(data):
    """The rate at step t of T is 0.003 · (1 + cos(π t / T)) / 2, T counting last batches."""
    x, _ = data
    rates = []
    note = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda *_: rates.append(float(ours.optimizer.learning_rate))
    )
    ours, by_hand = linear_autoencoder(), linear_autoencoder()
    np.random.seed(0)
    fit_autoencoder(ours, x, epochs=4, batch_size=BATCH, callbacks=[note])
    at_epoch_end = 0.003 * (1 + np.cos(np.pi * np.arange(1, 5) / 4)) / 2
    np.testing.assert_allclose(rates, at_epoch_end, atol=1e-9)

    by_hand.compile(loss="mse", optimizer=keras.optimizers.Adam())
    np.random.seed(0)
    for epoch in range(4):
        order = np.random.permutation(N)
        for batch in range(3):
            by_hand.optimizer.learning_rate = (
                0.003 * (1 + np.cos(np.pi * (3 * epoch + batch) / 12)) / 2
            )
            rows = order[batch * BATCH : (batch + 1) * BATCH]
            by_hand.train_on_batch(x[rows], x[rows])
    for a, b in zip(ours.get_weights(), by_hand.get_weights()):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_fit_autoencoder_passes_on_its_settings(data):
    x, _ = data
    model = linear_autoencoder()
    history = fit_autoencoder(
        model,
        x,
        epochs=2,
        learning_rate=0.1,
        loss="mae",
        global_clipnorm=2.0,
        validation_data=(x, x),
        **PLAIN,
    )
    assert (model.loss, model.optimizer.global_clipnorm) == ("mae", 2.0)
    assert set(history.history) == {"loss", "val_loss"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "epochs must be a positive integer, got 0"),
        ({"batch_size": 0}, "batch_size must be a positive integer, got 0"),
        ({"X": np.zeros((0, 5), "float32")}, "X has no rows"),
    ],
)
def test_fit_autoencoder_names_bad_input(data, change, message):
    arguments = {"autoencoder": linear_autoencoder(), "X": data[0], "epochs": 1} | change
    with pytest.raises(ValueError, match=message):
        fit_autoencoder(**arguments)
