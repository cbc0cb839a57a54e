#!/usr/bin/env python3
"""The DARTS supernet in PyTorch: what Attune's own engine is timed against and checked with.

    pytorch_supernet.py --data FOLDER        CPU-seconds of one step (alpha step and weight step) of each method
    pytorch_supernet.py --golden FILE        a tiny seeded network, its losses and alpha gradients, as JSON

FOLDER holds train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz; without it the images are noise, which costs
the same. The network is that of Liu et al., "DARTS: Differentiable Architecture Search" (ICLR 2019), with GDAS (Dong
and Yang, CVPR 2019) and PC-DARTS (Xu et al., ICLR 2020). Where an image has an odd side, the second half of a
factorised reduction sees a zero row below and a zero column to the right, so that the result is half, rounded up.

Weights are listed in the order in which they are used: stem (convolution, scale, shift), every cell (input 0, input 1,
then the edges, node after node and source after source, each with its operations in order), classifier (weight, bias).
"""

import argparse
import gzip
import json
import math
import pathlib
import struct
import time

import torch
from torch import nn
from torch.nn import functional as F

OPERATIONS = [
    "none", "max_pool_3x3", "avg_pool_3x3", "skip_connect",
    "sep_conv_3x3", "sep_conv_5x5", "dil_conv_3x3", "dil_conv_5x5",
]
METHODS = ["darts1", "darts2", "gdas", "pcdarts"]
WEIGHTS = {"rate": 0.025, "momentum": 0.9, "decay": 3e-4, "clip": 5.0}
ALPHAS = {"rate": 3e-4, "decay": 1e-3, "betas": (0.5, 0.999)}
PARTIAL = 4


def norm(channels):
    return nn.BatchNorm2d(channels, affine=False)


class Halving(nn.Module):
    """Two 1x1 convolutions of stride 2, the second shifted by one pixel, each to half of the channels."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.even = nn.Conv2d(inputs, outputs // 2, 1, stride=2, bias=False)
        self.odd = nn.Conv2d(inputs, outputs - outputs // 2, 1, stride=2, bias=False)
        self.norm = norm(outputs)

    def forward(self, x):
        x = F.relu(x)
        shifted = F.pad(x, (0, 1, 0, 1))[:, :, 1:, 1:]
        return self.norm(torch.cat([self.even(x), self.odd(shifted)], 1))


class Projection(nn.Module):
    """ReLU, 1x1 convolution, norm."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.norm = norm(outputs)

    def forward(self, x):
        return self.norm(self.convolution(F.relu(x)))


class Depthwise(nn.Module):
    """ReLU, depthwise and pointwise convolution, norm."""

    def __init__(self, channels, kernel, stride, dilation):
        super().__init__()
        padding = dilation * (kernel - 1) // 2
        self.depthwise = nn.Conv2d(
            channels, channels, kernel, stride, padding, dilation, groups=channels, bias=False)
        self.pointwise = nn.Conv2d(channels, channels, 1, bias=False)
        self.norm = norm(channels)

    def forward(self, x):
        return self.norm(self.pointwise(self.depthwise(F.relu(x))))


class Zero(nn.Module):
    def __init__(self, stride):
        super().__init__()
        self.stride = stride

    def forward(self, x):
        return x[:, :, ::self.stride, ::self.stride] * 0


def operation(name, channels, stride):
    if name == "none":
        return Zero(stride)
    if name == "skip_connect":
        return nn.Identity() if stride == 1 else Halving(channels, channels)
    kernel = int(name[-1])
    if name.startswith("max_pool"):
        return nn.Sequential(nn.MaxPool2d(kernel, stride, kernel // 2), norm(channels))
    if name.startswith("avg_pool"):
        pool = nn.AvgPool2d(kernel, stride, kernel // 2, count_include_pad=False)
        return nn.Sequential(pool, norm(channels))
    if name.startswith("dil_conv"):
        return Depthwise(channels, kernel, stride, 2)
    return nn.Sequential(Depthwise(channels, kernel, stride, 1), Depthwise(channels, kernel, 1, 1))


class Mixed(nn.Module):
    """One edge: every operation, weighted; with `partial` above 1 only on the first channels of so many."""

    def __init__(self, channels, stride, partial):
        super().__init__()
        self.stride, self.partial, self.width = stride, partial, channels // partial
        self.operations = nn.ModuleDict({name: operation(name, self.width, stride) for name in OPERATIONS})

    def forward(self, x, weights, chosen=None):
        if self.partial == 1:
            return self.mix(x, weights, chosen)
        mixed, rest = self.mix(x[:, :self.width], weights, chosen), x[:, self.width:]
        if self.stride == 2:
            rest = F.max_pool2d(rest, 2, 2, ceil_mode=True)
        joined = torch.cat([mixed, rest], 1)
        batch, channels, rows, columns = joined.shape
        groups = joined.view(batch, self.partial, channels // self.partial, rows, columns)
        return groups.transpose(1, 2).reshape(batch, channels, rows, columns)

    def mix(self, x, weights, chosen):
        if chosen is not None:
            return weights[chosen] * self.operations[OPERATIONS[chosen]](x)
        return sum(weights[k] * self.operations[name](x) for k, name in enumerate(OPERATIONS))


class Cell(nn.Module):
    def __init__(self, nodes, before, previous, channels, reduces, reduced, partial):
        super().__init__()
        self.nodes = nodes
        self.input0 = Halving(before, channels) if reduced else Projection(before, channels)
        self.input1 = Projection(previous, channels)
        self.edges = nn.ModuleList(
            Mixed(channels, 2 if reduces and source < 2 else 1, partial)
            for node in range(nodes) for source in range(2 + node))

    def forward(self, before, previous, weights, chosen, scales):
        states = [self.input0(before), self.input1(previous)]
        edge = 0
        for _ in range(self.nodes):
            total = 0
            for state in list(states):
                out = self.edges[edge](state, weights[edge], None if chosen is None else chosen[edge])
                total = total + (out if scales is None else scales[edge] * out)
                edge += 1
            states.append(total)
        return torch.cat(states[2:], 1)


class Supernet(nn.Module):
    def __init__(self, inputs, channels, cells, nodes, classes, stem=3, partial=1):
        super().__init__()
        self.nodes = nodes
        self.stem = nn.Conv2d(inputs, stem * channels, 3, padding=1, bias=False)
        self.stem_norm = nn.BatchNorm2d(stem * channels)
        before = previous = stem * channels
        self.cells, self.kinds, reduced = nn.ModuleList(), [], False
        for index in range(cells):
            reduces = index in (cells // 3, 2 * cells // 3)
            channels *= 2 if reduces else 1
            self.cells.append(Cell(nodes, before, previous, channels, reduces, reduced, partial))
            self.kinds.append(1 if reduces else 0)
            before, previous, reduced = previous, nodes * channels, reduces
        self.classifier = nn.Linear(previous, classes)

    def forward(self, images, weights, chosen=(None, None), scales=(None, None)):
        """Logits; weights, chosen operations and edge scales are those of normal and of reduction cells."""
        before = previous = self.stem_norm(self.stem(images))
        for cell, kind in zip(self.cells, self.kinds):
            before, previous = previous, cell(before, previous, weights[kind], chosen[kind], scales[kind])
        return self.classifier(previous.mean((2, 3)))


class Search:
    """A supernet, its alphas and both optimisers."""

    def __init__(self, method, network, alphas, betas=None, tau=10.0, noise=None):
        self.method, self.network, self.alphas, self.betas = method, network, alphas, betas
        self.tau, self.noise = tau, noise
        self.architecture = alphas + (betas or [])
        self.weights = list(network.parameters())
        self.weight_optimiser = torch.optim.SGD(
            self.weights, WEIGHTS["rate"], momentum=WEIGHTS["momentum"], weight_decay=WEIGHTS["decay"])
        self.alpha_optimiser = torch.optim.Adam(
            self.architecture, ALPHAS["rate"], betas=ALPHAS["betas"], weight_decay=ALPHAS["decay"])

    def loss(self, batch):
        images, labels = batch
        if self.method == "gdas":
            weights, chosen = zip(*(self.sampled(alpha) for alpha in self.alphas))
            return F.cross_entropy(self.network(images, weights, chosen), labels)
        weights = [F.softmax(alpha, -1) for alpha in self.alphas]
        if self.betas is None:
            return F.cross_entropy(self.network(images, weights), labels)
        scales = [self.normalised(beta) for beta in self.betas]
        return F.cross_entropy(self.network(images, weights, scales=scales), labels)

    def sampled(self, alpha):
        """Straight-through Gumbel softmax: exactly 1 at the largest, the gradient that of the soft weights."""
        noise = self.noise(alpha)
        soft = F.softmax((F.log_softmax(alpha, -1) + noise) / self.tau, -1)
        chosen = soft.argmax(-1, keepdim=True)
        hard = torch.zeros_like(soft).scatter(-1, chosen, 1.0)
        return hard - soft.detach() + soft, chosen[:, 0].tolist()

    def normalised(self, beta):
        """A softmax over the edges of each node."""
        counts = [2 + node for node in range(self.network.nodes)]
        return torch.cat([F.softmax(part, 0) for part in beta.split(counts)])

    def alpha_gradients(self, training, validation):
        if self.method == "darts2":
            return self.second_order(training, validation)
        loss = self.loss(validation)
        return loss, torch.autograd.grad(loss, self.architecture)

    def second_order(self, training, validation):
        """Through one weight step: eq. 7 of the paper, its Hessian product by the central difference of eq. 8."""
        rate, before = WEIGHTS["rate"], [w.detach().clone() for w in self.weights]
        gradients = torch.autograd.grad(self.loss(training), self.weights)
        with torch.no_grad():
            for w, g in zip(self.weights, gradients):
                moment = self.weight_optimiser.state.get(w, {}).get("momentum_buffer")
                step = g + WEIGHTS["decay"] * w
                w -= rate * (step if moment is None else step + WEIGHTS["momentum"] * moment)
        loss = self.loss(validation)
        parts = torch.autograd.grad(loss, self.architecture + self.weights)
        direct, v = parts[:len(self.architecture)], parts[len(self.architecture):]
        radius = 0.01 / torch.sqrt(sum((g * g).sum() for g in v))
        plus = self.gradients_at(before, v, radius, training)
        minus = self.gradients_at(before, v, -radius, training)
        self.place(before)
        return loss, [d - rate * (p - m) / (2 * radius) for d, p, m in zip(direct, plus, minus)]

    def gradients_at(self, origin, direction, radius, training):
        self.place([w + radius * d for w, d in zip(origin, direction)])
        return torch.autograd.grad(self.loss(training), self.architecture)

    def place(self, values):
        with torch.no_grad():
            for w, value in zip(self.weights, values):
                w.copy_(value)

    def step(self, training, validation):
        """An alpha step, then a weight step; both losses, the alpha gradients and the norm of the weights' gradient."""
        validation_loss, gradients = self.alpha_gradients(training, validation)
        for parameter, gradient in zip(self.architecture, gradients):
            parameter.grad = gradient.detach()
        self.alpha_optimiser.step()
        training_loss = self.loss(training)
        gradients_of_weights = torch.autograd.grad(training_loss, self.weights, allow_unused=True)
        for parameter, gradient in zip(self.weights, gradients_of_weights):
            # An operation that GDAS did not draw has gradient zero; decay and momentum move it all the same.
            parameter.grad = torch.zeros_like(parameter) if gradient is None else gradient
        length = nn.utils.clip_grad_norm_(self.weights, WEIGHTS["clip"])
        self.weight_optimiser.step()
        return validation_loss, training_loss, gradients, length


def make_search(method, network, generator, scale=1e-3, tau=10.0, noise=None):
    """Alphas (and betas) drawn from N(0, scale²) with four decimals where scale is large enough to keep some."""
    edges = len(network.cells[0].edges)
    kind = network.classifier.weight.dtype

    def draw(*shape):
        values = scale * torch.randn(*shape, generator=generator, dtype=torch.float64)
        return (torch.round(values * 1e7) / 1e7).to(kind).requires_grad_()

    alphas = [draw(edges, len(OPERATIONS)) for _ in range(2)]
    betas = [draw(edges) for _ in range(2)] if method == "pcdarts" else None
    return Search(method, network, alphas, betas, tau, noise)


def read_idx(path):
    """The array of a gzipped IDX file of bytes."""
    with gzip.open(path) as file:
        content = file.read()
    kind, rank = content[2], content[3]
    if content[:2] != b"\0\0" or kind != 8:
        raise SystemExit(f"{path}: not an IDX file of bytes")
    shape = struct.unpack(f">{rank}I", content[4:4 + 4 * rank])
    return torch.frombuffer(bytearray(content[4 + 4 * rank:]), dtype=torch.uint8).reshape(shape)


def read_images(folder, count, generator):
    """Images [count, 1, 14, 14], averaged from 28x28 and standardised, and labels."""
    if folder is None:
        labels = torch.randint(0, 10, (count,), generator=generator)
        return torch.randn(count, 1, 14, 14, generator=generator), labels
    folder = pathlib.Path(folder)
    images = read_idx(folder / "train-images-idx3-ubyte.gz").float().unsqueeze(1)
    labels = read_idx(folder / "train-labels-idx1-ubyte.gz").long()
    images = F.avg_pool2d(images, 2)
    return (images - images.mean()) / images.std(), labels


def measure(options):
    torch.set_num_threads(options.threads)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} thread(s), batch {options.batch}")
    print(f"{'method':8} {'weights':>8} {'alphas':>6} {'CPU s/step':>11} {'wall s/step':>11} {'loss':>7}")
    for method in options.methods:
        generator = torch.Generator().manual_seed(options.seed)
        torch.manual_seed(options.seed)
        images, labels = read_images(options.data, 6000, generator)
        network = Supernet(
            1, options.channels, options.cells, options.nodes, 10, partial=PARTIAL if method == "pcdarts" else 1)
        search = make_search(
            method, network, generator,
            noise=lambda alpha: -torch.empty_like(alpha).exponential_(generator=generator).log())

        def batch():
            chosen = torch.randint(0, len(labels), (options.batch,), generator=generator)
            return images[chosen], labels[chosen]

        for _ in range(options.warm_up):
            search.step(batch(), batch())
        pairs = [(batch(), batch()) for _ in range(options.steps)]
        wall, start = time.perf_counter(), time.process_time()
        for training, validation in pairs:
            losses = search.step(training, validation)
        cpu, wall = time.process_time() - start, time.perf_counter() - wall
        weights = sum(w.numel() for w in network.parameters())
        alphas = sum(a.numel() for a in search.alphas)
        print(f"{method:8} {weights:8} {alphas:6} {cpu / options.steps:11.4f} {wall / options.steps:11.4f} "
              f"{losses[1].item():7.4f}", flush=True)


def listed(tensor, digits=None):
    values = tensor.detach().reshape(-1).tolist()
    return [round(v, digits) for v in values] if digits else values


def tiny_network(partial):
    """Three cells of two nodes and four channels; weight i, in the order above, is 0.3 sin(0.618034 i²)."""
    network = Supernet(1, 4, 3, 2, 3, partial=partial).double()
    count = 0
    for weight in network.parameters():
        indices = torch.arange(count, count + weight.numel(), dtype=torch.float64)
        weight.data = (0.3 * torch.sin(0.618034 * indices * indices)).reshape(weight.shape)
        count += weight.numel()
    return network


def tiny_batch(generator):
    images = torch.randn(4, 1, 8, 8, generator=generator, dtype=torch.float64)
    return torch.round(images * 1e3) / 1e3, torch.tensor([0, 1, 2, 1])


def golden_steps(search, training, validation, count, drawn):
    """One record a step; the gradients are those that the step's alpha step used."""
    names = ["normal", "reduction", "normalEdges", "reductionEdges"]
    for step in range(1, count + 1):
        drawn.clear()
        validation_loss, training_loss, gradients, length = search.step(training, validation)
        yield {
            "step": step,
            "validationLoss": validation_loss.item(),
            "trainingLoss": training_loss.item(),
            "weightGradientNorm": length.item(),
            "alphaGradients": {name: listed(g, 10) for name, g in zip(names, gradients)},
            "alphasAfter": {name: listed(a, 10) for name, a in zip(names, search.architecture)},
            "weightSumAfter": sum(w.sum() for w in search.weights).item(),
            "weightSquareSumAfter": sum((w * w).sum() for w in search.weights).item(),
            **({"noise": [listed(part, 4) for part in drawn]} if drawn else {}),
        }


def golden_run(method, generator, training, validation):
    network = tiny_network(PARTIAL if method == "pcdarts" else 1)
    drawn = []

    def noise(alpha):
        uniform = torch.rand(alpha.shape, generator=generator, dtype=alpha.dtype)
        drawn.append(torch.round(-torch.log(-torch.log(uniform + 1e-12)) * 1e4) / 1e4)
        return drawn[-1]

    search = make_search(method, network, generator, scale=0.5, tau=5.0, noise=noise)
    names = ["normal", "reduction", "normalEdges", "reductionEdges"]
    record = {"method": method, "alphas": {n: listed(a, 7) for n, a in zip(names, search.architecture)}}
    steps = list(golden_steps(search, training, validation, 5, drawn))
    record["steps"] = [steps[0], steps[-1]]
    return record


def write_golden(options):
    """All methods from the same images."""
    generator = torch.Generator().manual_seed(options.seed)
    training, validation = tiny_batch(generator), tiny_batch(generator)
    runs = [golden_run(method, generator, training, validation) for method in options.methods]
    document = {
        "configuration": {
            "inputChannels": 1, "rows": 8, "columns": 8, "classes": 3, "channels": 4, "stemMultiplier": 3,
            "cells": 3, "nodes": 2, "operations": OPERATIONS, "batch": 4, "partial": PARTIAL, "tau": 5.0,
            "reductions": [1, 2], "weights": WEIGHTS, "alphas": ALPHAS, "normEpsilon": 1e-5,
        },
        "training": {"images": listed(training[0], 3), "labels": training[1].tolist()},
        "validation": {"images": listed(validation[0], 3), "labels": validation[1].tolist()},
        "runs": runs,
    }
    pathlib.Path(options.golden).write_text(json.dumps(document, separators=(",", ":")) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="folder of Fashion-MNIST as gzipped IDX; noise without")
    parser.add_argument("--methods", default=",".join(METHODS), help="comma-separated (default: %(default)s)")
    parser.add_argument("--channels", type=int, default=8)
    parser.add_argument("--cells", type=int, default=4)
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--steps", type=int, default=5, help="measured steps (default: %(default)s)")
    parser.add_argument("--warm-up", type=int, default=2, help="steps before (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--golden", metavar="FILE", help="write the golden file instead")
    options = parser.parse_args()
    options.methods = options.methods.split(",")
    unknown = [method for method in options.methods if method not in METHODS]
    if unknown:
        parser.error(f"--methods: unknown {', '.join(unknown)}; choose from {', '.join(METHODS)}")
    (write_golden if options.golden else measure)(options)


if __name__ == "__main__":
    main()
