"""Writes the TensorBoard event files beside it. Run with tensorboard 2.21.0 and tensorboardX 2.6.5:
    pip install tensorboard==2.21.0 tensorboardX==2.6.5 && python make_events.py
Wall times are fixed, so the files differ between runs only in their first record."""
import glob
import os
import numpy as np
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.plugins.histogram.summary_v2 import histogram_pb
from tensorboard.plugins.scalar.summary_v2 import scalar_pb
from tensorboard.plugins.text.summary_v2 import text_pb
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from tensorboard.util import tensor_util
from tensorboardX import SummaryWriter

START = 1_700_000_000.0
here = os.path.dirname(os.path.abspath(__file__))

# Scalars as tensorboardX (and so PyTorch) writes them: simple_value.
with SummaryWriter(os.path.join(here, "simple", "train")) as writer:
    for step in range(5):
        writer.add_scalar("loss", 1.0 / (step + 1), step, walltime=START + step)
        writer.add_scalar("accuracy_1", -1.0, step, walltime=START + step)
        writer.add_scalar("accuracy", 0.5 + step / 16, step, walltime=START + step)
    writer.add_scalar("loss", float("nan"), 5, walltime=START + 5)
    writer.add_histogram("weights", np.arange(8.0), 5, walltime=START + 5)
    writer.add_text("note", "hello", 5, walltime=START + 5)

# Scalars as TensorFlow 2 writes them: tensors, of every number type.
writer = EventFileWriter(os.path.join(here, "tensor", "test"))


def add(step, summary):
    writer.add_event(event_pb2.Event(wall_time=START + step, step=step, summary=summary))


for step in range(3):
    add(step, scalar_pb("epoch_accuracy", 0.25 * (step + 1)))
    add(step, histogram_pb("weights", np.arange(8.0)))
    add(step, text_pb("note", "hello"))
for kind in ["float16", "float32", "float64", "uint8", "int16", "int8", "int32", "int64", "bool", "uint32", "uint64"]:
    for name, array in [("", np.array(1, dtype=kind)), ("_row", np.array([[1]], dtype=kind))]:
        value = summary_pb2.Summary.Value(tag=kind + name, tensor=tensor_util.make_tensor_proto(array))
        add(7, summary_pb2.Summary(value=[value]))
contents = tensor_util.make_tensor_proto(np.array(2.5, dtype="float64"))
contents.ClearField("double_val")
contents.tensor_content = np.array(2.5, dtype="<f8").tobytes()
add(8, summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag="content", tensor=contents)]))
writer.close()

for path in glob.glob(os.path.join(here, "*", "*", "events.out.tfevents.*")):
    os.rename(path, os.path.join(os.path.dirname(path), "events.out.tfevents.fixture"))
