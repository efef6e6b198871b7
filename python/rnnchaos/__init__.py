"""Is this recurrent neural network chaotic, how strongly, and how sure are we?

>>> import numpy as np, rnnchaos
>>> result = rnnchaos.spectrum(np.load("my_weights.npy"), gain=1.5)
>>> print(result)
>>> result.plot()

`spectrum` measures the Lyapunov exponents of your own network, `simulate` its trajectories and
`divergence` how fast twins part; `Study` runs whole studies of random networks, `network` gives
those, and `open` reads results. Times are in milliseconds and exponents in 1/s of model time.
"""

from . import plots
from ._calls import text as _text
from ._native import lib as _lib
from .errors import Error, RunStopped
from .networks import Network, network, spectral_radius
from .progress import Progress, ProgressOption
from .results import open
from .simulation import Divergence, divergence, simulate
from .spectra import Audit, Rate, Running, Share, Spectrum, spectrum
from .study import Key, Study, keys

__version__ = _text(_lib.rc_version())

__all__ = [
    "Audit",
    "Divergence",
    "Error",
    "Key",
    "Network",
    "Progress",
    "ProgressOption",
    "Rate",
    "RunStopped",
    "Running",
    "Share",
    "Spectrum",
    "Study",
    "__version__",
    "divergence",
    "keys",
    "network",
    "open",
    "plots",
    "simulate",
    "spectral_radius",
    "spectrum",
]
