"""Trains the network of my_own_weights.ipynb in PyTorch:  python train_flipflop.py

Three bits to remember (Sussillo & Barak 2013, doi:10.1162/NECO_a_00409): each of three inputs is 0, with now and then
a pulse of +1 or -1; each of three outputs is the sign of its input's last pulse. A plain torch.nn.RNN of 64 tanh units.
Writes flipflop.npz, which the repository holds, so that nobody needs PyTorch (we used 2.15.0, one thread).
"""

import numpy as np
import torch

torch.manual_seed(1)
torch.set_num_threads(1)
UNITS, BITS, STEPS, BATCH = 64, 3, 60, 64


def batch():
    pulses = (torch.rand(BATCH, STEPS, BITS) < 0.1) * torch.randn(BATCH, STEPS, BITS).sign()
    pulses[:, 0] = torch.randn(BATCH, BITS).sign()
    wanted = torch.zeros_like(pulses)
    for t in range(STEPS):
        wanted[:, t] = torch.where(pulses[:, t] != 0, pulses[:, t], wanted[:, t - 1])
    return pulses, wanted


rnn, readout = torch.nn.RNN(BITS, UNITS, nonlinearity="tanh", batch_first=True), torch.nn.Linear(UNITS, BITS)
torch.nn.init.normal_(rnn.weight_hh_l0, std=1.8 / UNITS**0.5)  # chaotic before it is trained
untrained = rnn.weight_hh_l0.detach().clone(), (rnn.bias_ih_l0 + rnn.bias_hh_l0).detach().clone()
parameters = [*rnn.parameters(), *readout.parameters()]
optimiser = torch.optim.Adam(parameters, lr=1e-3)
for step in range(3000):
    pulses, wanted = batch()
    loss = torch.nn.functional.mse_loss(readout(rnn(pulses)[0]), wanted)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimiser.step()
    if step % 500 == 0:
        print(step, loss.item(), flush=True)
pulses, wanted = batch()
with torch.no_grad():
    right = (readout(rnn(pulses)[0]).sign() == wanted).float().mean().item()
print(f"mean squared error {loss.item():.4f}, bits right {right:.4f}")
np.savez(
    "flipflop.npz",
    untrained=untrained[0].numpy(),
    untrained_bias=untrained[1].numpy(),
    weights=rnn.weight_hh_l0.detach().numpy(),
    bias=(rnn.bias_ih_l0 + rnn.bias_hh_l0).detach().numpy(),
    readout=readout.weight.detach().numpy(),
    readout_bias=readout.bias.detach().numpy(),
    bits_right=right,
)
