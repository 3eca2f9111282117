"""Build the cast: python -m builder <wheel> <cast.json> <output folder> [id ...]."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from builder.assemble import build
from builder.cast import CAST
from builder.wheel import Wheel


def main() -> None:
    parser = argparse.ArgumentParser(description="Build the interviewers as VRM 1.0 files.")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("cast", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("ids", nargs="*")
    args = parser.parse_args()
    names = {entry["id"]: entry["name"] for entry in json.loads(args.cast.read_text())}
    args.out.mkdir(parents=True, exist_ok=True)
    wheel = Wheel(args.wheel)
    for character in CAST:
        if args.ids and character.id not in args.ids:
            continue
        began = time.monotonic()
        data = build(wheel, character, names[character.id])
        (args.out / f"{character.id}.vrm").write_bytes(data)
        print(f"{character.id}: {len(data)} bytes, {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    main()
