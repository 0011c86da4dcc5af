"""One epoch of the stacked net in PyTorch: `python bench/torch_loop.py fused|compiled BATCH`."""

import sys

from turns import take_turns, use_one_thread

use_one_thread()
import torch  # noqa: E402
from torch import nn  # noqa: E402

from lecture6_utils.datasets import load_fashion_mnist  # noqa: E402

way, batch_size = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(1)
(images, _), _, _ = load_fashion_mnist()
images = torch.from_numpy(images.reshape(-1, 784))
net = nn.Sequential(
    nn.Linear(784, 100),
    nn.SELU(),
    nn.Linear(100, 30),
    nn.SELU(),
    nn.Linear(30, 100),
    nn.SELU(),
    nn.Linear(100, 784),
    nn.Sigmoid(),
)
adam = torch.optim.Adam(net.parameters(), fused=True)


def loss(x):
    return nn.functional.mse_loss(net(x), x)


if way == "compiled":
    loss = torch.compile(loss, dynamic=False)


def epoch():
    total = torch.zeros(())
    for rows in torch.randperm(len(images)).split(batch_size):
        value = loss(images[rows])
        adam.zero_grad()
        value.backward()
        adam.step()
        total += value.detach()
    float(total)


take_turns(epoch)
