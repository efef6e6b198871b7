"""The NEST simulator: tanh_rate_ipn neurons over rate_connection_instantaneous, sigma = 0, waveform relaxation off.

NEST steps by r <- e^(-dt/tau) r + (1 - e^(-dt/tau)) tanh(sum); with tau = -dt / ln(1 - f) that is our Euler step to the
last bits. In its very first step neurons have not heard of each other: they begin at r / (1 - f) and stand at r after
it. Lanes are copies of the network, the only way that NEST has to take them together."""
import nest
import numpy as np

from work import FRACTION

DT = 0.1  # ms


class Copies:
    label = "NEST, all lanes as copies of the network"

    def __init__(self, work):
        (n_copies, n), W = work.start.shape, work.W.tocoo()
        self.shape = n_copies, n
        nest.set(resolution=DT, local_num_threads=work.n_threads, use_wfr=False, print_time=False)
        self.neurons = nest.Create("tanh_rate_ipn", n_copies * n, {
            "tau": -DT / np.log1p(-FRACTION), "sigma": 0.0, "mu": 0.0, "linear_summation": True,
            "rate": work.start.ravel() / (1 - FRACTION)})
        first = 1 + n * np.arange(n_copies)[:, None]
        nest.Connect((first + W.col).ravel(), (first + W.row).ravel(), "one_to_one", {
            "weight": np.tile(W.data, n_copies), "synapse_model": "rate_connection_instantaneous"})
        nest.Prepare()
        nest.Run(DT)

    def advance(self, n_steps):
        nest.Run(n_steps * DT)

    def states(self):
        return np.array(self.neurons.rate).reshape(self.shape)


def kinds(work):
    return [Copies] if work.is_steps else []


nest.verbosity = nest.VerbosityLevel.ERROR


def versions():
    return {"numpy": np.__version__, "nest": nest.__version__}
