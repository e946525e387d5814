"""The detector of Sources/Model/Detection in PyTorch, as one would write it there."""

import json
import struct

import torch
from torch import nn
from torch.nn import functional

EPSILON = 1e-3
CHANNELS, BINS = 96, 17
GROUPS = [  # repeats, outputs, kernel, stride, expansion
    (1, 16, 3, 1, 1), (2, 24, 3, 2, 6), (2, 40, 5, 2, 6), (3, 80, 3, 2, 6), (3, 112, 5, 1, 6),
    (4, 192, 5, 2, 6), (1, 320, 3, 1, 6),
]
MAP_STAGES = (5, 11, 16)


class Unit(nn.Module):
    """A convolution, its norm, and usually ReLU6."""

    def __init__(self, inputs, outputs, kernel=1, stride=1, depthwise=False, clamps=True,
                 momentum=0.01, convolution=None):
        super().__init__()
        groups = inputs if depthwise else 1
        self.kernel, self.stride, self.clamps = kernel, stride, clamps
        self.convolution = convolution or nn.Conv2d(
            inputs, outputs, kernel, stride, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=EPSILON, momentum=momentum)
        self.folded = None

    def pad(self, x):
        size = x.shape[-1]
        total = max(0, (-(-size // self.stride) - 1) * self.stride + self.kernel - size)
        before, after = total // 2, total - total // 2
        if before == after:
            return x, before
        return functional.pad(x, (before, after, before, after)), 0

    def forward(self, x):
        x, padding = self.pad(x)
        weight, bias = self.folded or (self.convolution.weight, None)
        x = functional.conv2d(x, weight, bias, self.stride, padding, 1, self.convolution.groups)
        if self.folded is None:
            x = self.norm(x)
        return functional.hardtanh_(x, 0, 6) if self.clamps else x

    def fold(self):
        """Works the norm's running statistics into the convolution; gradients flow through."""
        norm = self.norm
        scale = norm.weight / (norm.running_var + EPSILON).sqrt()
        self.folded = (self.convolution.weight * scale.reshape(-1, 1, 1, 1),
                       norm.bias - norm.running_mean * scale)


class Block(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride, expansion):
        super().__init__()
        wide = inputs * expansion
        self.expand = Unit(inputs, wide) if expansion > 1 else None
        self.depthwise = Unit(wide, wide, kernel, stride, depthwise=True)
        self.project = Unit(wide, outputs, clamps=False)
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        y = self.expand(x) if self.expand else x
        y = self.project(self.depthwise(y))
        return y + x if self.adds else y


class Separable(nn.Module):
    def __init__(self, stride=1, like=None):
        super().__init__()
        self.depthwise = Unit(CHANNELS, CHANNELS, 5, stride, depthwise=True, momentum=0.05,
                              convolution=like and like.depthwise.convolution)
        self.pointwise = Unit(CHANNELS, CHANNELS, momentum=0.05,
                              convolution=like and like.pointwise.convolution)

    def forward(self, x):
        return self.pointwise(self.depthwise(x))


class Detector(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.stem = Unit(3, 32, 3, 2)
        blocks, inputs = [], 32
        for repeats, outputs, kernel, stride, expansion in GROUPS:
            for index in range(repeats):
                blocks.append(Block(inputs, outputs, kernel, stride if index == 0 else 1, expansion))
                inputs = outputs
        self.blocks = nn.ModuleList(blocks)
        self.lateral = nn.ModuleList(Unit(c, CHANNELS, momentum=0.05) for c in (40, 112, 320))
        self.down = nn.ModuleList(Separable() for _ in range(2))
        self.reduction = nn.ModuleList(Separable(stride=2) for _ in range(2))
        self.up = nn.ModuleList(Separable() for _ in range(2))
        towers = {}
        for name in ("class", "box"):
            first = [Separable() for _ in range(2)]
            rest = [[Separable(like=unit) for unit in first] for _ in range(2)]
            towers[name] = nn.ModuleList(nn.ModuleList(level) for level in [first] + rest)
        self.towers = nn.ModuleDict(towers)
        self.outputs = nn.ParameterDict({
            "class": torch.empty(classes, CHANNELS, 1, 1), "box": torch.empty(4 * BINS, CHANNELS, 1, 1)})
        self.biases = nn.ParameterDict({
            f"{name}{level}": torch.empty(self.outputs[name].shape[0])
            for name in ("class", "box") for level in range(3)})

    def stages(self):
        return [self.stem, *self.blocks]

    def forward(self, x, frozen=0):
        maps = []
        for index, stage in enumerate(self.stages()):
            with torch.set_grad_enabled(torch.is_grad_enabled() and index >= frozen):
                x = stage(x)
            if index in MAP_STAGES:
                maps.append(x)
        levels = [unit(x) for unit, x in zip(self.lateral, maps)]
        for level in (1, 0):
            up = functional.interpolate(levels[level + 1], scale_factor=2)
            levels[level] = self.down[level](levels[level] + up)
        for level in (1, 2):
            levels[level] = self.up[level - 1](
                levels[level] + self.reduction[level - 1](levels[level - 1]))
        points = []
        for level, x in enumerate(levels):
            both = []
            for name in ("class", "box"):
                y = x
                for unit in self.towers[name][level]:
                    y = unit(y)
                both.append(functional.conv2d(y, self.outputs[name], self.biases[f"{name}{level}"]))
            points.append(torch.cat(both, 1).permute(0, 2, 3, 1).flatten(1, 2))
        return torch.cat(points, 1)

    def fold_stages(self, first, end):
        """Those of the backbone from `first` to before `end`."""
        for stage in self.stages()[first:end]:
            for unit in stage.modules():
                if isinstance(unit, Unit):
                    unit.fold()

    def fold_all(self):
        for unit in self.modules():
            if isinstance(unit, Unit):
                unit.fold()

    def load(self, tensors):
        """Takes the weights by the names in a model file of the project."""
        def unit(name, target, norms=None):
            target.convolution.weight.copy_(tensors[f"{name}.convolution.weight"])
            for own, theirs in (("weight", "weight"), ("bias", "bias"),
                                ("running_mean", "running_mean"), ("running_var", "running_var")):
                getattr(target.norm, own).copy_(tensors[f"{norms or name}.norm.{theirs}"])

        def separable(name, target, norms=None):
            for part in ("depthwise", "pointwise"):
                unit(f"{name}.{part}", getattr(target, part), norms and f"{norms}.{part}")

        with torch.no_grad():
            unit("stem", self.stem)
            for index, block in enumerate(self.blocks):
                for part in ("expand", "depthwise", "project"):
                    if getattr(block, part) is not None:
                        unit(f"blocks.{index}.{part}", getattr(block, part))
            for level, target in enumerate(self.lateral):
                unit(f"pyramid.lateral.{level}", target)
            for name in ("down", "reduction", "up"):
                for index, target in enumerate(getattr(self, name)):
                    separable(f"pyramid.{name}.{index}", target)
            for name, levels in self.towers.items():
                for level, units in enumerate(levels):
                    for index, target in enumerate(units):
                        prefix = f"detection.{name}.{index}"
                        separable(prefix, target, f"{prefix}.level.{level}")
                self.outputs[name].copy_(tensors[f"detection.{name}.output.weight"])
                for level in range(3):
                    self.biases[f"{name}{level}"].copy_(
                        tensors[f"detection.{name}.output.bias.{level}"])


def read_safetensors(path):
    """All float tensors of a file."""
    with open(path, "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        body = bytearray(file.read())
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            start, end = entry["data_offsets"]
            tensors[name] = torch.frombuffer(body[start:end], dtype=torch.float32).reshape(
                entry["shape"])
    return tensors
