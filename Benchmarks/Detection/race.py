"""Our detector against the same network in PyTorch, in turn, on the same threads.

Ours does what a training does: it paints the views, computes the loss and keeps the average of the
weights. PyTorch's step is only forward, backward from a gradient that is given, and its fused AdamW;
its inference only the network. Both leave the first three stages as they are, learn by the backbone's
running statistics worked into the convolutions, and infer with all norms worked in, channels last.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import tempfile
import time

import torch

from network import Detector, read_safetensors

FROZEN, BATCH, SIDE, CLASSES = 3, 8, 320, 3


class Ours:
    def __init__(self, program, backbone, threads):
        environment = dict(os.environ, OPENBLAS_NUM_THREADS="1", OMP_WAIT_POLICY="passive")
        core = core_type()
        if core and "OPENBLAS_CORETYPE" not in environment:
            environment["OPENBLAS_CORETYPE"] = core
        self.process = subprocess.Popen(
            [program, backbone, str(threads)], env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"detector-speed ended with {self.process.wait()}")
        return [float(word) for word in answer.split()]


class Theirs:
    def __init__(self, model, threads):
        torch.set_num_threads(threads)
        tensors = read_safetensors(model)
        self.learning = self.network(tensors).train()
        self.learning.fold_stages(0, FROZEN)
        frozen = {id(p) for stage in self.learning.stages()[:FROZEN] for p in stage.parameters()}
        parameters = [p for p in self.learning.parameters() if id(p) not in frozen]
        self.optimizer = torch.optim.AdamW(parameters, lr=1e-5, fused=True)
        self.images = torch.randn(BATCH, 3, SIDE, SIDE).contiguous(
            memory_format=torch.channels_last)
        self.gradient = None
        self.detecting = self.network(tensors).eval()
        with torch.no_grad():
            self.detecting.fold_all()

    @staticmethod
    def network(tensors):
        network = Detector(CLASSES)
        network.load(tensors)
        return network.to(memory_format=torch.channels_last)

    def train(self):
        self.learning.fold_stages(FROZEN, None)
        output = self.learning(self.images, frozen=FROZEN)
        if self.gradient is None:
            self.gradient = torch.randn_like(output) * 1e-3
        output.backward(self.gradient)
        self.optimizer.step()
        self.optimizer.zero_grad()

    def output(self, images):
        with torch.no_grad():
            return self.detecting(images)

    def infer(self):
        self.output(self.images[:1])


def core_type():
    """What the project's server tells OpenBLAS, which does not know processors newer than itself."""
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return None
    lines = [line for line in text.splitlines() if line.startswith("flags")]
    features = set(lines[0].split(":")[1].split()) if lines else set()
    if features >= {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}:
        return "SkylakeX"
    return "Haswell" if features >= {"avx2", "fma"} else None


def times(count, body):
    taken = []
    for _ in range(count):
        start = time.perf_counter()
        body()
        taken.append(time.perf_counter() - start)
    return taken


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--backbone", required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=6, help="both sides in turn")
    parser.add_argument("--results", default="Benchmarks/results/bench-detection.json")
    options = parser.parse_args()

    ours = Ours(options.program, options.backbone, options.threads)
    with tempfile.TemporaryDirectory() as folder:
        model = f"{folder}/model.safetensors"
        said = torch.tensor(ours.ask(f"write {model}"))
        theirs = Theirs(model, options.threads)
    count = torch.arange(SIDE * SIDE * 3) % 256
    image = ((count.reshape(1, SIDE, SIDE, 3).permute(0, 3, 1, 2).float()) - 127) / 128
    difference = (theirs.output(image).flatten() - said).abs().max().item()
    print(f"the same network: outputs differ by at most {difference:.2g}")
    if not difference < 1e-2:
        raise SystemExit("these are two networks: nothing to compare")

    raw = {"ours": {"train": [], "infer": []}, "theirs": {"train": [], "infer": []}}
    kinds = {"train": (4, theirs.train), "infer": (20, theirs.infer)}
    for round in range(options.rounds + 1):
        for kind, (count, body) in kinds.items():
            mine = ours.ask(f"{kind} {count}")
            other = times(count, body)
            if round == 0:  # lazy set-up on both sides
                continue
            raw["ours"][kind] += mine
            raw["theirs"][kind] += other
    medians = {side: {kind: statistics.median(all) for kind, all in kinds.items()}
               for side, kinds in raw.items()}
    for side, name in (("ours", "DIYML"), ("theirs", f"PyTorch {torch.__version__}")):
        train, infer = medians[side]["train"], medians[side]["infer"]
        print(f"{name:24} {BATCH / train:6.1f} images/s in training, {infer * 1e3:6.1f} ms an image")
    path = pathlib.Path(options.results)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({
        "machine": {"processor": platform.processor(), "cores": os.cpu_count(),
                    "threads": options.threads}, "torch": torch.__version__, "seconds": raw}))
    print(f"raw numbers in {path}")
    ratios = {kind: medians["theirs"][kind] / medians["ours"][kind] for kind in kinds}
    print(f"result: bench-detection train_ratio={ratios['train']:.2f} "
          f"infer_ratio={ratios['infer']:.2f} train_images_per_second="
          f"{BATCH / medians['ours']['train']:.1f} infer_ms={medians['ours']['infer'] * 1e3:.1f}")


if __name__ == "__main__":
    main()
