"""A small convolutional network in PyTorch, for `algorithm: cnn`.

torch is an extra: SageMaker's scikit-learn image has none. Named in requirements.txt it gets into
the image that the model's delivery builds; on a machine without a GPU its CPU build suffices:
https://pytorch.org/get-started/locally/
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

FILE = "network.pt"
SEED = 0
BATCH = 64


class Network:
    """A fitted network, asked as scikit-learn's classifiers are."""

    def __init__(self, layers: nn.Module, classes: list[str]) -> None:
        self.layers = layers.eval()
        self.classes_ = np.array(classes)

    def predict_proba(self, stack: np.ndarray) -> np.ndarray:
        """Probabilities, of the shape (images, classes), of images (images, height, width)."""
        with torch.no_grad():
            found = [
                self.layers(_tensor(stack[place : place + BATCH])).softmax(dim=1)
                for place in range(0, len(stack), BATCH)
            ]
        return torch.cat(found).double().numpy()


def fitted(stack: np.ndarray, truth: list[str], epochs: int, rate: float) -> Network:
    """A network that has seen the images so many times, by Adam with this learning rate."""
    torch.manual_seed(SEED)
    classes = sorted(set(truth))
    images, labels = _tensor(stack), torch.tensor([classes.index(label) for label in truth])
    layers = _layers(stack.shape[1:], len(classes))
    optimizer = torch.optim.Adam(layers.parameters(), lr=rate)
    loss = nn.CrossEntropyLoss()
    for _ in range(epochs):
        for batch in torch.randperm(len(images)).split(BATCH):
            optimizer.zero_grad()
            loss(layers(images[batch]), labels[batch]).backward()
            optimizer.step()
    return Network(layers, classes)


def save(network: Network, folder: Path, shape: tuple[int, int]) -> None:
    """Write the network's weights, and what it needs to be built again."""
    made = {
        "weights": network.layers.state_dict(),
        "classes": network.classes_.tolist(),
        "shape": list(shape),
    }
    torch.save(made, folder / FILE)


def load(folder: Path) -> Network:
    """The network that `save` wrote; nothing but weights and names is read."""
    made: dict[str, Any] = torch.load(folder / FILE, map_location="cpu", weights_only=True)
    layers = _layers(tuple(made["shape"]), len(made["classes"]))
    layers.load_state_dict(made["weights"])
    return Network(layers, made["classes"])


def _layers(shape: tuple[int, ...], classes: int) -> nn.Module:
    """Two convolutions, each followed by a pooling that halves height and width, and a readout."""
    height, width = (side // 4 for side in shape)
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.25),
        nn.Linear(32 * height * width, classes),
    )


def _tensor(stack: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(stack)).float().div(255).unsqueeze(1)
