import AttuneCore

/// The program that `Genotype.pyTorchScript(for:)` completes; what stands between `<<` and `>>` is filled in.
let pyTorchTemplate = ##"""
    #!/usr/bin/env python3
    """Trains the network of a genotype from scratch. Written by `attune nas export`; needs PyTorch and nothing else.

        python3 train.py --data FOLDER --device cuda

    FOLDER holds IDX files (train-images-idx3-ubyte, train-labels-idx1-ubyte, and the same with test or t10k, each
    perhaps with .gz), or what torchvision keeps of CIFAR-10 or Fashion-MNIST. After each epoch a line says epoch=…,
    loss=… and accuracy=…, that on the test images, and the checkpoint is replaced; the same command goes on from there.
    """

    import argparse
    import gzip
    import math
    import os
    import pathlib
    import struct
    import time

    import torch
    from torch import nn
    from torch.nn import functional as F

    # A cell: of each node the operations and the states they act on, and the states that make the output. States 0 and
    # 1 are the outputs of the two cells before, state 2 is the first node.
    NORMAL = <<NORMAL>>
    REDUCTION = <<REDUCTION>>
    CHANNELS, LAYERS, CLASSES, STEM = <<CHANNELS>>, <<LAYERS>>, <<CLASSES>>, <<STEM>>
    ROWS, COLUMNS, INPUTS = <<ROWS>>, <<COLUMNS>>, <<INPUTS>>
    # Without the auxiliary head.
    PARAMETERS = <<PARAMETERS>>


    class Projection(nn.Sequential):
        """ReLU, 1x1 convolution, norm."""

        def __init__(self, inputs, outputs):
            super().__init__(nn.ReLU(), nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))


    class Halving(nn.Module):
        """Two 1x1 convolutions of stride 2, one of them a pixel further, side by side; odd sides are rounded up."""

        def __init__(self, inputs, outputs):
            super().__init__()
            self.even = nn.Conv2d(inputs, outputs // 2, 1, stride=2, bias=False)
            self.odd = nn.Conv2d(inputs, outputs - outputs // 2, 1, stride=2, bias=False)
            self.norm = nn.BatchNorm2d(outputs)

        def forward(self, x):
            x = F.relu(x)
            further = F.pad(x, (0, 1, 0, 1))[:, :, 1:, 1:]
            return self.norm(torch.cat([self.even(x), self.odd(further)], 1))


    class Zero(nn.Module):
        def __init__(self, stride):
            super().__init__()
            self.stride = stride

        def forward(self, x):
            return x[:, :, ::self.stride, ::self.stride] * 0


    def depthwise(channels, kernel, stride, dilation):
        """ReLU, depthwise and pointwise convolution, norm."""
        padding = dilation * (kernel - 1) // 2
        return nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(channels, channels, kernel, stride, padding, dilation, groups=channels, bias=False),
            nn.Conv2d(channels, channels, 1, bias=False),
            nn.BatchNorm2d(channels))


    def operation(name, channels, stride):
        if name == "none":
            return Zero(stride)
        if name == "skip_connect":
            return nn.Identity() if stride == 1 else Halving(channels, channels)
        kernel = int(name.rsplit("x", 1)[1])
        if name.startswith("max_pool"):
            return nn.MaxPool2d(kernel, stride, kernel // 2)
        if name.startswith("avg_pool"):
            return nn.AvgPool2d(kernel, stride, kernel // 2, count_include_pad=False)
        if name.startswith("dil_conv"):
            return depthwise(channels, kernel, stride, 2)
        return nn.Sequential(depthwise(channels, kernel, stride, 1), depthwise(channels, kernel, 1, 1))


    def drop_path(x, probability):
        """Zeroes the whole edge for some of the images, and makes up for it in the others."""
        keep = torch.rand(x.shape[0], 1, 1, 1, device=x.device) >= probability
        return x * keep.to(x.dtype) / (1 - probability)


    class Cell(nn.Module):
        def __init__(self, graph, before, previous, channels, reduces, reduced):
            super().__init__()
            self.graph = graph
            self.input0 = Halving(before, channels) if reduced else Projection(before, channels)
            self.input1 = Projection(previous, channels)
            self.edges = nn.ModuleList(
                operation(name, channels, 2 if reduces and source < 2 else 1)
                for node in graph["nodes"] for name, source in node)

        def forward(self, before, previous, drop):
            states, edges = [self.input0(before), self.input1(previous)], iter(self.edges)
            for node in self.graph["nodes"]:
                total = 0
                for _, source in node:
                    edge = next(edges)
                    out = edge(states[source])
                    if drop > 0 and not isinstance(edge, nn.Identity):
                        out = drop_path(out, drop)
                    total = total + out
                states.append(total)
            # In a cell that halves the image, an input that is joined must be halved too.
            rows, columns = states[-1].shape[2:]
            joined = [states[state] for state in self.graph["output"]]
            joined = [s if s.shape[2:] == (rows, columns) else F.max_pool2d(s, 2, ceil_mode=True) for s in joined]
            return torch.cat(joined, 1)


    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            before = previous = STEM * CHANNELS
            self.stem = nn.Sequential(
                nn.Conv2d(INPUTS, previous, 3, padding=1, bias=False), nn.BatchNorm2d(previous))
            self.cells, channels, reduced = nn.ModuleList(), CHANNELS, False
            for layer in range(LAYERS):
                reduces = layer in (LAYERS // 3, 2 * LAYERS // 3)
                channels *= 2 if reduces else 1
                graph = REDUCTION if reduces else NORMAL
                self.cells.append(Cell(graph, before, previous, channels, reduces, reduced))
                before, previous, reduced = previous, channels * len(graph["output"]), reduces
                if layer == 2 * LAYERS // 3:
                    self.auxiliary = nn.Sequential(
                        nn.ReLU(), nn.AdaptiveAvgPool2d(2),
                        nn.Conv2d(previous, 128, 1, bias=False), nn.BatchNorm2d(128), nn.ReLU(),
                        nn.Conv2d(128, 768, 2, bias=False), nn.BatchNorm2d(768), nn.ReLU(),
                        nn.Flatten(), nn.Linear(768, CLASSES))
            self.classifier = nn.Linear(previous, CLASSES)

        def forward(self, images, drop=0.0):
            """Logits, and in training those of the auxiliary head."""
            before = previous = self.stem(images)
            auxiliary = None
            for layer, cell in enumerate(self.cells):
                before, previous = previous, cell(before, previous, drop if self.training else 0.0)
                if self.training and layer == 2 * LAYERS // 3:
                    auxiliary = self.auxiliary(previous)
            return self.classifier(previous.mean((2, 3))), auxiliary


    def read_idx(path):
        """The bytes of an IDX file as a tensor."""
        content = (gzip.open if path.suffix == ".gz" else open)(path, "rb").read()
        if len(content) < 4 or content[:3] != b"\0\0\x08":
            raise SystemExit(f"{path}: not an IDX file of bytes")
        rank = content[3]
        shape = struct.unpack(f">{rank}I", content[4:4 + 4 * rank])
        if math.prod(shape) != len(content) - 4 - 4 * rank:
            raise SystemExit(f"{path}: {len(content)} bytes do not hold {'x'.join(map(str, shape))}; fetch it again")
        return torch.frombuffer(bytearray(content[4 + 4 * rank:]), dtype=torch.uint8).reshape(shape)


    def find_idx(folder, prefixes, kind):
        for prefix in prefixes:
            for ending in ("", ".gz"):
                path = folder / f"{prefix}-{kind}-ubyte{ending}"
                if path.exists():
                    return path
        return None


    def read_part(options, training):
        """Images [count, channels, rows, columns] as bytes, and labels."""
        folder, prefixes = pathlib.Path(options.data), ["train"] if training else ["test", "t10k"]
        images, labels = find_idx(folder, prefixes, "images-idx3"), find_idx(folder, prefixes, "labels-idx1")
        if images and labels:
            images, labels = read_idx(images), read_idx(labels).long()
            return images.unsqueeze(1) if images.dim() == 3 else images.permute(0, 3, 1, 2), labels
        try:
            from torchvision import datasets
        except ImportError:
            raise SystemExit(f"{folder}: no IDX files there, and torchvision is not installed")
        kind = datasets.CIFAR10 if INPUTS == 3 else datasets.FashionMNIST
        part = kind(str(folder), train=training, download=options.download)
        images = torch.as_tensor(part.data)
        images = images.unsqueeze(1) if images.dim() == 3 else images.permute(0, 3, 1, 2)
        return images, torch.as_tensor(part.targets).long()


    class Images:
        """A part of the data on the device, with the numbers that standardise it."""

        def __init__(self, options, training, like=None):
            images, labels = read_part(options, training)
            if options.average > 1:
                images = F.avg_pool2d(images.float(), options.average).round().to(torch.uint8)
            if images.shape[1:] != (INPUTS, ROWS, COLUMNS):
                found = "x".join(str(images.shape[i]) for i in (2, 3, 1))
                raise SystemExit(f"images of {found} found, but the network is for {ROWS}x{COLUMNS}x{INPUTS}")
            if int(labels.max()) >= CLASSES:
                raise SystemExit(f"label {int(labels.max())} found, but the network tells {CLASSES} classes apart")
            if training and options.train_images:
                order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(options.seed))
                images, labels = images[order[:options.train_images]], labels[order[:options.train_images]]
            self.images, self.labels = images.to(options.device), labels.to(options.device)
            if like is None:
                values = images.float().transpose(0, 1).flatten(1)
                self.mean = values.mean(1).view(1, -1, 1, 1).to(options.device)
                self.deviation = values.std(1).clamp_min(1e-6).view(1, -1, 1, 1).to(options.device)
            else:
                self.mean, self.deviation = like.mean, like.deviation

        def __len__(self):
            return len(self.labels)

        def batch(self, indices):
            return (self.images[indices].float() - self.mean) / self.deviation, self.labels[indices]


    def augmented(images, options):
        """Each image moved by up to some pixels, half of them mirrored, each with a square hole."""
        count, channels, rows, columns = images.shape
        device, shift = images.device, options.shift
        if shift > 0:
            padded = F.pad(images, (shift,) * 4)
            y = torch.randint(0, 2 * shift + 1, (count, 1), device=device) + torch.arange(rows, device=device)
            x = torch.randint(0, 2 * shift + 1, (count, 1), device=device) + torch.arange(columns, device=device)
            each = torch.arange(count, device=device).view(-1, 1, 1, 1)
            every = torch.arange(channels, device=device).view(1, -1, 1, 1)
            images = padded[each, every, y.view(count, 1, rows, 1), x.view(count, 1, 1, columns)]
        if options.flip:
            mirrored = torch.rand(count, 1, 1, 1, device=device) < 0.5
            images = torch.where(mirrored, images.flip(3), images)
        if options.cutout > 0:
            y = torch.arange(rows, device=device) - torch.randint(0, rows, (count, 1), device=device)
            x = torch.arange(columns, device=device) - torch.randint(0, columns, (count, 1), device=device)
            half = options.cutout // 2
            hole_y = (y >= -half) & (y < options.cutout - half)
            hole_x = (x >= -half) & (x < options.cutout - half)
            images = images.masked_fill((hole_y[:, :, None] & hole_x[:, None, :])[:, None], 0.0)
        return images


    def train_epoch(network, optimiser, data, options, epoch):
        """Mean loss of the epoch's batches; what is random follows from the seed and the epoch alone."""
        network.train()
        torch.manual_seed(options.seed * 100_003 + epoch)
        drop = options.drop_path * epoch / options.epochs
        total, batches = 0.0, 0
        for indices in torch.randperm(len(data)).split(options.batch):
            if len(indices) == 1:
                continue  # A batch of one has no deviation to standardise by.
            images, labels = data.batch(indices.to(options.device))
            with torch.autocast(options.device.split(":")[0], dtype=torch.bfloat16, enabled=options.amp):
                logits, auxiliary = network(augmented(images, options), drop)
                loss = F.cross_entropy(logits, labels) + options.auxiliary * F.cross_entropy(auxiliary, labels)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), options.clip)
            optimiser.step()
            total, batches = total + loss.item(), batches + 1
        return total / max(1, batches)


    def accuracy(network, data, options):
        network.eval()
        right = 0
        with torch.no_grad():
            for indices in torch.arange(len(data)).split(4 * options.batch):
                images, labels = data.batch(indices.to(options.device))
                right += (network(images)[0].argmax(1) == labels).sum().item()
        return right / len(data)


    def cosine(options, epoch):
        return options.rate * (1 + math.cos(math.pi * epoch / options.epochs)) / 2


    def configuration():
        sizes = [CHANNELS, LAYERS, CLASSES, STEM, INPUTS]
        return {"normal": repr(NORMAL), "reduction": repr(REDUCTION), "sizes": sizes}


    def save(path, network, optimiser, epoch):
        """Beside it first, so that an interruption never leaves half a checkpoint."""
        state = {"network": network.state_dict(), "optimiser": optimiser.state_dict()}
        torch.save({**state, "configuration": configuration(), "epoch": epoch}, path + ".new")
        os.replace(path + ".new", path)


    def resume(path, network, optimiser):
        """The number of epochs that are done."""
        if not os.path.exists(path):
            return 0
        state = torch.load(path, map_location="cpu")
        if state["configuration"] != configuration():
            raise SystemExit(f"{path}: of another network; name another file with --checkpoint")
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        return state["epoch"]


    def parse():
        parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("--data", required=True, help="folder of the images")
        parser.add_argument("--download", action="store_true", help="let torchvision fetch CIFAR-10 or Fashion-MNIST")
        parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
        parser.add_argument("--epochs", type=int, default=600)
        parser.add_argument("--batch", type=int, default=96)
        parser.add_argument("--rate", type=float, default=0.025, help="learning rate at first; falls to 0 as a cosine")
        parser.add_argument("--momentum", type=float, default=0.9)
        parser.add_argument("--decay", type=float, default=3e-4)
        parser.add_argument("--clip", type=float, default=5.0)
        parser.add_argument("--drop-path", type=float, default=0.2, help="at the end; grows from 0")
        parser.add_argument("--auxiliary", type=float, default=0.4, help="weight of the auxiliary head's loss")
        parser.add_argument("--cutout", type=int, default=min(ROWS, COLUMNS) // 2, help="side of the hole; 0 for none")
        parser.add_argument("--shift", type=int, default=min(ROWS, COLUMNS) // 8, help="pixels; 0 for none")
        parser.add_argument("--no-flip", dest="flip", action="store_false", help="never mirror, as for digits")
        parser.add_argument("--average", type=int, default=1, help="average images over boxes of so many pixels")
        parser.add_argument("--train-images", type=int, default=0, help="train on so many images only")
        parser.add_argument("--amp", action="store_true", help="compute in bfloat16 where it is safe")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--threads", type=int, default=0, help="of the processor; 0 for PyTorch's choice")
        # Where Attune runs this as a trial, it says how far to go and where checkpoints are kept.
        parser.add_argument("--until", type=int, default=int(os.environ.get("ATTUNE_RESOURCE", "0")),
                            help="stop after this epoch, the schedule being that of --epochs; 0 for the last")
        folder = os.environ.get("ATTUNE_CHECKPOINT_DIR", ".")
        parser.add_argument("--checkpoint", default=os.path.join(folder, "checkpoint.pt"))
        return parser.parse_args()


    def main():
        options = parse()
        if options.threads > 0:
            torch.set_num_threads(options.threads)
        torch.manual_seed(options.seed)
        network = Network().to(options.device)
        count = sum(p.numel() for name, p in network.named_parameters() if not name.startswith("auxiliary"))
        if count != PARAMETERS:
            raise SystemExit(f"the network has {count} parameters, but should have {PARAMETERS}")
        print(f"parameters={count}", flush=True)
        training = Images(options, training=True)
        test = Images(options, training=False, like=training)
        optimiser = torch.optim.SGD(
            network.parameters(), options.rate, momentum=options.momentum, weight_decay=options.decay)
        last = min(options.epochs, options.until or options.epochs)
        for epoch in range(resume(options.checkpoint, network, optimiser), last):
            start = time.perf_counter()
            for group in optimiser.param_groups:
                group["lr"] = cosine(options, epoch)
            loss = train_epoch(network, optimiser, training, options, epoch)
            right = accuracy(network, test, options)
            save(options.checkpoint, network, optimiser, epoch + 1)
            seconds = time.perf_counter() - start
            print(f"epoch={epoch + 1} loss={loss:.4f} accuracy={right:.4f} seconds={seconds:.1f}", flush=True)


    if __name__ == "__main__":
        main()
    """##
