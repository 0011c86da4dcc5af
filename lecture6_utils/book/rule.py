"""The one rule by which a lesson's bounds follow from runs of it.

A proof repeats a lesson with the same seeds on a machine that nobody has seen. How far a
number may then lie from the mean of the runs with these seeds is a prediction interval of
Student's t, with the spread between machines that the study saw, of the single values where
there is one per seed. Few runs of one number say little of its spread, so the numbers of a
lesson that vary at all lend each other strength: each variance is drawn towards the lesson's
typical one, by as much as they are alike (Smyth 2004, the moderated t statistic of limma).
`RATE` is the false-alarm rate of one check; all checks of the book together then raise fewer
than one false alarm in a hundred proofs, as long as there are fewer than `MOST_CHECKS`.

That spread says nothing of a training that took the same way on all machines of the study and
takes another on the next: the last digit of one step can change all that follow, and it then
ends as with another seed. So bounds are never narrower than `SEEDS` standard deviations between
seeds. `held_out` counts what the rule says of machines that it has not seen.

References
----------
Smyth (2004), Linear models and empirical Bayes methods for assessing differential
expression in microarray experiments, Statistical Applications in Genetics and Molecular
Biology 3(1).
"""

import math
import re
from statistics import fmean, stdev

import numpy as np
from scipy import optimize, special, stats

MOST_CHECKS = 2_000
RATE = 0.01 / MOST_CHECKS
SEEDS = 3.0  # standard deviations


def tolerance(variance, freedom, n, prior, rate=RATE):
    """How far a new value may lie from the mean of `n` old ones.

    Parameters
    ----------
    variance, freedom : float
        Of the values between machines, and its degrees of freedom.
    n : int
        How many values the mean is of.
    prior : (float, float)
        The lesson's typical variance, in the same unit, and what it weighs in degrees of
        freedom; see `fit_prior`.
    rate : float
        The probability of a value farther away.

    Returns
    -------
    float
    """
    typical, weight = prior
    if math.isinf(weight):
        spread, freedom = typical, math.inf
    else:
        spread = (weight * typical + freedom * variance) / (weight + freedom)
        freedom += weight
    return stats.t.isf(rate / 2, freedom) * math.sqrt(spread * (1 + 1 / n))


def fit_prior(variances, freedoms):
    """The scaled inverse χ² of which sample variances look drawn: its typical value, its weight.

    Smyth (2004), section 6.2: by the mean and the variance of the logarithms. Numbers that
    do not vary at all do not count.
    """
    pairs = [(v, f) for v, f in zip(variances, freedoms) if v > 0]
    if len(pairs) < 3:
        return 0.0, 0.0
    variances, halves = np.array(pairs).T / [[1], [2]]
    logs = np.log(variances) - special.digamma(halves) + np.log(halves)
    excess = np.var(logs, ddof=1) - special.polygamma(1, halves).mean()
    if excess <= special.polygamma(1, 500):
        return float(np.exp(logs.mean())), math.inf
    half = optimize.brentq(lambda x: special.polygamma(1, x) - excess, 1e-3, 1e3)
    return math.exp(logs.mean() + special.digamma(half) - math.log(half)), 2 * half


def unit(spec):
    """The last digit that a format shows: 0.0001 for ".4f", 0.001 for ".1%"."""
    found = re.search(r"\.(\d+)([f%])", spec)
    return 10.0 ** -(int(found[1]) + 2 * (found[2] == "%")) if found else 0.0


def machine_variance(groups):
    """Variance between machines of the single values, and its degrees of freedom.

    Parameters
    ----------
    groups : dict of int to list of list of float
        Seed offset → for each run with these seeds, the values, one per seed.
    """
    squares = freedom = 0
    for runs in groups.values():
        for values in zip(*runs):  # of one seed, on each machine
            if max(values) > min(values):  # else their mean may differ from each by rounding
                squares += sum((v - fmean(values)) ** 2 for v in values)
            freedom += len(values) - 1
    return squares / freedom if freedom else 0.0, freedom


def seed_deviation(groups):
    """Standard deviation between seeds of a run's mean, as far as seeds move it.

    Parameters
    ----------
    groups : dict of int to list of list of float
        As for `machine_variance`.
    """
    runs = [runs[0] for runs in groups.values()]  # machines are no matter of seeds
    values = [value for run in runs for value in run]
    return stdev(values) / math.sqrt(len(runs[0])) if max(values) > min(values) else 0.0


def by_offset(offsets, values):
    """Values of the runs with the same seeds, together."""
    groups = {}
    for offset, value in zip(offsets, values):
        if value is not None:
            groups.setdefault(offset, []).append(value)
    return groups


def bounds(specs, values, offsets, offset=0):
    """The rule, for all numbers of a lesson: name → [low, high] of a run with these seeds.

    Parameters
    ----------
    specs : dict of str to str
        Name → format.
    values : dict of str to list
        Name → its values in each run, one per seed; None where it was not measured.
    offsets : list of int
        The seed offset of each run.
    offset : int, default 0
        The seeds of the run that is to come.
    """
    groups = {name: by_offset(offsets, values[name]) for name in values}
    units, variances, freedoms = {}, {}, {}
    for name in values:
        there = [v for group in groups[name].values() for run in group for v in run]
        units[name] = unit(specs[name]) or 0.01 * max(map(abs, there))
        variance, freedoms[name] = machine_variance(groups[name])
        variances[name] = variance / units[name] ** 2 if units[name] else 0.0
    studied = [name for name in values if freedoms[name]]
    prior = fit_prior([variances[name] for name in studied], [freedoms[name] for name in studied])
    found = {}
    for name in studied:
        old = [fmean(run) for run in groups[name].get(offset, [])]
        if old:
            spread = 0.0  # beyond the last digit shown, where neither seed nor machine matters
            still = len(groups[name]) > 1 and all(
                run in (None, values[name][0]) for run in values[name]
            )
            if not still:
                # as if machines moved all seeds alike: then the mean varies as much as each
                spread = units[name] * tolerance(variances[name], freedoms[name], len(old), prior)
            half = units[name] + max(spread, SEEDS * seed_deviation(groups[name]))
            found[name] = [fmean(old) - half, fmean(old) + half]
    return found
