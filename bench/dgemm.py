"""The product of a dense W [neuron, neuron] and lanes [neuron, lane] by OpenBLAS, on one thread:  dgemm.py NEURONS LANES
One JSON line: the least processor time of many."""
import json
import os
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)

import numpy as np  # noqa: E402
import threadpoolctl  # noqa: E402

n, lanes = map(int, sys.argv[1:])
W, R = np.random.default_rng(1).normal(size=(n, n)), np.random.default_rng(2).normal(size=(n, lanes))
product, least = np.empty_like(R), float("inf")
for _ in range(max(40, int(4e9 / (n * n * lanes)))):
    start = time.thread_time_ns()
    np.matmul(W, R, out=product)
    least = min(least, time.thread_time_ns() - start)
blas = threadpoolctl.threadpool_info()[0]
print(json.dumps({"ns": least, "blas": f"{blas['internal_api']} {blas['version']} ({blas['architecture']})",
                  "numpy": np.__version__}))
