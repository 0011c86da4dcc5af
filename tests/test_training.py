"""`fit` and `fit_autoencoder` train as Keras does: same updates, History, callbacks."""

import keras
import numpy as np
import pytest

from lecture6_utils.training import fit, fit_autoencoder

N, BATCH = 70, 32  # the last batch of an epoch is smaller


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


def test_one_epoch_equals_keras_step_by_step(data):
    x, y = data
    ours, keras_own = classifier(), classifier()
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
    losses = fit(model, x, x, epochs=30).history["loss"]
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


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "epochs must be a positive integer, got 0"),
        ({"epochs": 1.5}, "epochs must be a positive integer, got 1.5"),
        ({"batch_size": -1}, "batch_size must be a positive integer, got -1"),
        ({"y": np.zeros((3, 1))}, "equally many rows, and some: got 70 and 3"),
        ({"validation_data": [1, 2]}, r"must be a tuple \(x, y\)"),
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
