"""The original's way: one object a neuron, one state at a time."""
import numpy as np

from work import FRACTION


class Neuron:
    def __init__(self, weights, rate):
        self.weights = weights
        self.rate = rate

    def update(self, rates):
        drive = np.dot(self.weights, rates)
        self.rate = self.rate + FRACTION * (-self.rate + np.tanh(drive))


class OneByOne:
    label = "Python, one neuron after another"

    def __init__(self, work):
        W = work.W.toarray()
        self.networks = [[Neuron(W[i], rate) for i, rate in enumerate(state)] for state in work.start]

    def advance(self, n_steps):
        for _ in range(n_steps):
            for neurons in self.networks:
                rates = np.array([neuron.rate for neuron in neurons])
                for neuron in neurons:
                    neuron.update(rates)

    def states(self):
        return np.array([[neuron.rate for neuron in neurons] for neurons in self.networks])


def kinds(work):
    return [OneByOne] if work.is_steps and work.n_threads == 1 else []


def versions():
    return {"numpy": np.__version__}
