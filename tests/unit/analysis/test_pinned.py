"""The encoding as a judge of many flows, in several worlds, by turns."""

from __future__ import annotations

import pytest

from netqed.analysis import pinned
from netqed.analysis.pinned import EncodingJudge
from netqed.plugins.matters import SPEC, Matter
from netqed.reference.flow import Flow, World
from netqed.resources.objects import PolicyPort
from support.judging import ICMP, TCP, at, pod, policy, rule

CLOSED = World((policy(ingress=(rule(ports=(PolicyPort("TCP", 80, 90),)),)),))
OPEN = World()
FLOWS = [Flow(at("203.0.113.7"), pod(), TCP, port) for port in (79, 80, 90, 91)]


def test_an_engine_that_is_built_anew_answers_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pinned, "MOST_FLOWS", 3)
    judge = EncodingJudge()
    for _ in range(3):
        assert [judge.decide(flow, CLOSED)[0] for flow in FLOWS] == [False, True, True, False]
    assert [judge.decide(flow, OPEN)[0] for flow in FLOWS] == [True] * 4


def test_answers_may_come_and_go_from_flow_to_flow() -> None:
    judge = EncodingJudge()
    known = {matter: matter in SPEC for matter in Matter}
    last = FLOWS[2]
    without_ranges = {**known, Matter.END_PORT: False}
    unknown = dict(known)
    del unknown[Matter.END_PORT]
    assert judge.decide(last, CLOSED) == (True, True)
    assert judge.decide(last, CLOSED, without_ranges) == (False, True)
    assert judge.decide(last, CLOSED, unknown) == (None, True)
    assert judge.decide(last, CLOSED, known) == judge.decide(last, CLOSED) == (True, True)
    ping = Flow(at("203.0.113.7"), pod(), ICMP, None)
    assert judge.decide(ping, CLOSED, {}) == (None, True)
