"""Sliding means, index and runs over the limits, as anybody writes them with numpy.

Usage: hours.py FILE HOURS CITIES. FILE holds the hours of some cities as 32-bit floats, one
pollutant after the other; they stand for as many CITIES as are asked for. Prints the seconds of
processor time it took, without those of reading.
"""

import sys
import time

import numpy as np

HOURS, CITIES = int(sys.argv[2]), int(sys.argv[3])
INDICES = np.array([0, 50, 100, 150, 200, 300, 400, 500.0])
# HJ 633-2012, in the order of the file; ozone has means of eight hours.
BREAKPOINTS = np.array([
    [0, 35, 75, 115, 150, 250, 350, 500.0],
    [0, 50, 150, 250, 350, 420, 500, 600],
    [0, 50, 150, 475, 800, 1600, 2100, 2620],
    [0, 40, 80, 180, 280, 565, 750, 940],
    [0, 2, 4, 14, 24, 36, 48, 60],
    [0, 100, 160, 215, 265, 800, 1000, 1200],
])
WIDTHS, VALID = [24, 24, 24, 24, 24, 8], [20, 20, 20, 20, 20, 6]
# An AQI above the first for hours in a row.
LEVELS = ((150, 48), (200, 24), (200, 48), (200, 72), (300, 24))


def sliding_mean(values, width, valid):
    there = ~np.isnan(values)
    sums = np.cumsum(np.concatenate(([0.0], np.where(there, values, 0).astype(np.float64))))
    counts = np.cumsum(np.concatenate(([0], there)))
    end = np.arange(1, HOURS + 1)
    begin = np.maximum(end - width, 0)
    count = counts[end] - counts[begin]
    return np.where(count >= valid, (sums[end] - sums[begin]) / np.maximum(count, 1), np.nan)


def index(city):
    indices = np.stack([
        np.ceil(np.interp(sliding_mean(city[p], WIDTHS[p], VALID[p]), BREAKPOINTS[p], INDICES))
        for p in range(6)
    ])
    indices = np.where(np.isnan(indices), 0, indices)
    return indices.max(0), indices.argmax(0)


def runs(aqi):
    found = 0
    for limit, hours in LEVELS:
        above = np.concatenate(([0], (aqi > limit).view(np.int8), [0]))
        turns = np.flatnonzero(np.diff(above))
        found += int(((turns[1::2] - turns[::2]) >= hours).sum())
    return found


cities = np.fromfile(sys.argv[1], dtype="<f4").reshape(-1, 6, HOURS)
begun, found = time.process_time(), 0
for city in range(CITIES):
    aqi, primary = index(cities[city % len(cities)])
    found += runs(aqi)
assert found > 0, "there are runs above every limit"
print(time.process_time() - begun)
