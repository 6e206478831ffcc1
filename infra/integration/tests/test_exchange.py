"""Never late, never twice, never too long."""

import asyncio
import gzip
import json

import pytest

from custom_components.hearthgate.client import Message
from custom_components.hearthgate.const import MAX_INFLATED, MAX_MESSAGE, Status
from custom_components.hearthgate.exchange import (
    Lateness,
    Memory,
    Reply,
    Request,
    Requests,
    decode,
    steady_clock,
)

PREFIX = "hearthgate/home/response/"


def encoded(**changes):
    request = {"kind": "check", "id": "1", "sent": 0, "within": 8000} | changes
    return json.dumps({k: v for k, v in request.items() if v is not None}).encode()


def test_decode():
    assert decode(encoded(body={"a": 1})) == Request(
        kind="check", id="1", sent=0, within=8000, body={"a": 1}
    )
    assert decode(gzip.compress(encoded())).id == "1"
    for wrong in (
        b"",
        b"\xff",
        b"[]",
        b"null",
        b"[" * 100_000,
        b"\x1f",
        b"\x1f\x8b" + b"\x00" * 20,
        gzip.compress(encoded())[:-9],
        gzip.compress(encoded()) + b"x",
        gzip.compress(b" " * (MAX_INFLATED + 1)),
        encoded(id=""),
        encoded(id="x" * 65),
        encoded(id=1),
        encoded(kind=None),
        encoded(sent="1"),
        encoded(within=True),
        encoded(within=1.5),
    ):
        assert decode(wrong) is None


def test_encode():
    short = Reply(status=Status.DONE, body={"a": 1}).encode("7")
    assert json.loads(short) == {"id": "7", "status": 200, "body": {"a": 1}}
    long = Reply(status=Status.DONE, body=["x" * 5000]).encode("7")
    assert long[0] == 0x1F
    assert json.loads(gzip.decompress(long))["body"] == ["x" * 5000]


def test_lateness():
    def request(sent):
        return Request(kind="check", id="1", sent=sent, within=8000, body=None)

    clock = Lateness()
    assert not clock.late(request(0), 3_600_000)  # the clocks differ by an hour
    assert not clock.late(request(10_000), 3_617_999)
    assert clock.late(request(20_000), 3_628_100)
    assert not clock.late(request(30_000), 3_629_000)  # a quicker one
    assert clock.late(request(40_000), 3_647_100)
    # A clock that is wrong by 50 millionths for a month is no reason to be late.
    clock, month = Lateness(), 30 * 24 * 3_600_000
    assert not clock.late(request(0), 0)
    assert not clock.late(request(month), month + month * 0.00005)


@pytest.fixture
def exchange(hass):
    """Return what receives a request, what was carried out, and what was sent."""

    class Exchange:
        carried_out: list[str] = []
        sent: list[tuple[int, str, bytes]] = []
        answer = Reply(status=Status.DONE, body="done")
        wait = 0.0

        def __init__(self):
            self.memory = Memory()
            self.requests = Requests(hass, self.memory, PREFIX, self.carry_out)
            self.carried_out, self.sent = [], []

        async def carry_out(self, request):
            self.carried_out.append(request.id)
            await asyncio.sleep(self.wait)
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        def send(self, topic, payload, correlation):
            if payload[0] == 0x1F:
                payload = gzip.decompress(payload)
            self.sent.append((json.loads(payload)["status"], topic, correlation))

        async def receive(self, topic=PREFIX + "p", **changes):
            changes = {"sent": int(steady_clock())} | changes
            message = Message(encoded(**changes), topic, b"c")
            self.requests.receive(message, self.send)
            await hass.async_block_till_done()
            return [status for status, _, _ in self.sent]

    return Exchange()


async def test_once(exchange):
    assert await exchange.receive() == [200]
    assert await exchange.receive() == [200, 200]
    assert exchange.carried_out == ["1"]
    assert exchange.sent[0][1:] == (PREFIX + "p", b"c")


async def test_slow(exchange):
    exchange.wait = 0.5
    first = asyncio.create_task(exchange.receive())
    await asyncio.sleep(0.4)
    assert [s for s, _, _ in exchange.sent] == [202]
    assert await exchange.receive() == [202, 202, 200]  # asked again in between
    await first
    assert exchange.carried_out == ["1"]


async def test_late(exchange):
    now = int(steady_clock())
    assert await exchange.receive(id="a", sent=now) == [200]
    assert await exchange.receive(id="b", sent=now - 9000) == [200, 410]
    assert await exchange.receive(id="b", sent=now) == [200, 410, 410]
    assert exchange.carried_out == ["a"]


async def test_failed(exchange, caplog):
    exchange.answer = ValueError("boom")
    assert await exchange.receive() == [500]
    assert "boom" in caplog.text
    exchange.answer = Reply(
        status=Status.DONE,
        body=[str(hash((i, "x"))) for i in range(MAX_MESSAGE // 4)],
    )
    assert await exchange.receive(id="2") == [500, 413]


async def test_other_topics(exchange):
    assert await exchange.receive(topic=None) == []
    assert await exchange.receive(topic="hearthgate/other/response/p") == []
    assert exchange.carried_out == []


def test_forgets():
    memory = Memory()
    entry, known = memory.enter("1", 0)
    assert not known
    assert memory.enter("1", 60_000) == (entry, True)
    entry.payload = b"x"
    assert memory.enter("2", 61_000)[1] is False
    assert memory.enter("1", 61_000)[1] is False
