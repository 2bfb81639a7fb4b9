"""A client whose daemons are away: what it can do alone, and how it says so."""

import asyncio
import os
import shutil
import subprocess
import tempfile
import threading
import time
import unittest

import casewire


def tool(*words):
    subprocess.run([os.environ["CASEWIRE_TOOL"], *words], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def setUpModule():
    global folder, home
    folder = tempfile.mkdtemp(prefix="casewire-python-")
    authority, home = os.path.join(folder, "authority"), os.path.join(folder, "home")
    tool("authority", "init", "--dir", authority, "--network-name", "Marlshire", "--force", "ZZ", "--insecure-lab")
    tool("authority", "issue", "--dir", authority, "--offline", "--insecure-lab", "--kind", "person", "--division", "NTH", "--name",
         "Officer W", "--role", "PC,MCET", "--may-bundle", "--out", home)
    with open(os.path.join(home, "context"), "w", encoding="utf-8") as file:
        file.write(f"address = tcp://127.0.0.1:1\ndaemon-key = {'7d' * 32}\nsynthetic = yes\n")


def tearDownModule():
    shutil.rmtree(folder)


def draft():
    return casewire.Draft.open("missing_child", synthetic=True).fill({"title": "Child M", "missing_risk": "high", "tags": ["repeat"]})


class Alone(unittest.TestCase):
    def setUp(self):
        self.context = self.enterContext(casewire.Context(home))

    def test_a_context_says_who_speaks_to_whom(self):
        self.assertEqual((self.context.folder, self.context.synthetic, self.context.admin_socket), (home, True, None))
        self.assertEqual(len(self.context.identity.id), 32)
        files = [os.path.join(home, name) for name in ("key", "cert")]
        with casewire.Identity.from_files(*files) as identity:
            self.assertEqual((identity.id, identity.network), (self.context.identity.id, self.context.identity.network))

    def test_what_is_signed_can_be_kept_and_read_again(self):
        signed = draft().sign(self.context.identity)
        again = casewire.Submission.from_bytes(bytes(signed))
        self.assertEqual((again.op_id, again.case_id, bytes(again)), (signed.op_id, signed.case_id, bytes(signed)))
        with self.assertRaises(casewire.RefusedError):
            casewire.Submission.from_bytes(bytes(signed)[:-1])

    def test_each_signature_is_another_submission(self):
        one = draft()
        self.assertNotEqual(one.sign(self.context.identity).op_id, one.sign(self.context.identity).op_id)

    def test_nobody_there_is_said_in_time(self):
        with self.context.client() as client:
            started = time.monotonic()
            with self.assertRaises(casewire.TryAgainError) as caught:
                client.submit(draft().sign(self.context.identity), timeout=0.3)
            self.assertLess(time.monotonic() - started, 5)
            self.assertEqual(caught.exception.code, casewire.Code.AGAIN_NO_DAEMON)
            self.assertIn("tcp://127.0.0.1:1", caught.exception.where + caught.exception.why)
            self.assertIn("send the same again", caught.exception.todo)
            self.assertEqual(len(client.daemons()), 1)

    def test_a_feed_without_a_daemon_says_why_it_stands_still(self):
        with self.context.client() as client, client.feed() as feed:
            with self.assertRaises(casewire.TryAgainError):
                feed.next_message(0.3)
            self.assertEqual((feed.daemon, feed.fault.code), (None, casewire.Code.AGAIN_NO_DAEMON))

    def test_what_was_closed_is_not_used(self):
        client = self.context.client()
        feed, fd = client.feed(), client.fd
        self.context.close()
        for use in (lambda: client.get("x"), lambda: client.fd, feed.__next__, lambda: self.context.identity.id):
            with self.assertRaises(casewire.UsageError) as caught:
                use()
            self.assertEqual(caught.exception.code, casewire.Code.USAGE_ORDER)
        with self.assertRaises(OSError):
            os.fstat(fd)
        client.close()
        feed.close()

    def test_handles_that_nobody_refers_to_are_closed(self):
        client = self.context.client()
        fd = client.fd
        del client
        with self.assertRaises(OSError):
            os.fstat(fd)

    def test_a_handle_that_two_threads_share_is_used_by_one_at_a_time(self):
        with self.context.client() as client:
            wrong = []

            def ask():
                for _ in range(20):
                    try:
                        client.get("x", timeout=0.01)
                    except casewire.TryAgainError as error:
                        wrong.append(error.code)

            threads = [threading.Thread(target=ask) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(wrong, [casewire.Code.AGAIN_NO_DAEMON] * 80)

    def test_wrong_arguments_are_the_programmer_s(self):
        with self.context.client() as client:
            for use in (lambda: next(client.list("no such kind")), lambda: client.receipt(b"short"),
                        lambda: client.get(None), lambda: client.get(17), lambda: next(client.history(None)),
                        lambda: next(client.list(prefix=None)),
                        lambda: casewire.Client.open(self.context.identity, b"", []),
                        lambda: client.submit(draft().sign(self.context.identity), held_by=1000)):
                with self.assertRaises(casewire.UsageError):
                    use()
            client.context = client.trust = None
            with self.assertRaises(casewire.UsageError):
                client._believe(casewire.Message(), b"", 1, True, 1)

    def test_a_receipt_that_is_none_does_not_hold(self):
        with self.context.trust() as trust:
            self.assertEqual(len(trust), 0)
            for data in (b"", b"\x0a\x20" + bytes(32)):
                with self.assertRaises(casewire.CasewireError):
                    trust.check(data)


class Waiting(unittest.TestCase):
    """An outbox, and bundles."""

    def setUp(self):
        self.context = self.enterContext(casewire.Context(home))
        self.path = os.path.join(folder, f"outbox-{self.id()}")

    def test_what_was_added_is_there_when_it_is_opened_again(self):
        signed = [draft().sign(self.context.identity) for _ in range(3)]
        with self.context.outbox(self.path) as outbox:
            first = outbox.add(*signed[:2])
            last = outbox.add(signed[2], held_by=2)
            self.assertEqual((last - first, len(outbox)), (2, 3))
        with self.context.outbox(self.path) as outbox:
            entries = list(outbox)
            self.assertEqual([entry.op_id for entry in entries], [one.op_id for one in signed])
            self.assertEqual([(entry.state, entry.wanted, entry.held_by, entry.done) for entry in entries],
                             [(casewire.State.QUEUED, wanted, 0, False) for wanted in (1, 1, 2)])
            self.assertEqual((entries[2].case_id, outbox.find(last), outbox.find(99)), (signed[2].case_id, entries[2], None))
            self.assertIsNone(outbox.receipt(first))
            self.assertEqual(outbox.damage(), [])
            with self.assertRaises(casewire.UsageError):
                outbox.forget(first)
            outbox.compact()
            self.assertEqual(len(outbox), 3)

    def test_damage_is_named_and_the_rest_is_kept(self):
        with self.context.outbox(self.path) as outbox:
            outbox.add(*[draft().sign(self.context.identity) for _ in range(3)])
        with open(self.path, "r+b") as file:
            file.truncate(os.path.getsize(self.path) - 5)
        with self.context.outbox(self.path) as outbox:
            piece, = outbox.damage()
            self.assertEqual((len(outbox), bool(piece.unfinished)), (2, True))

    def test_one_process_has_it_at_a_time(self):
        with self.context.outbox(self.path):
            with self.assertRaises(casewire.LocalError) as caught:
                self.context.outbox(self.path)
            self.assertEqual(caught.exception.code, casewire.Code.LOCAL_LOCKED)

    def test_without_a_daemon_a_flush_says_why_in_time(self):
        with self.context.outbox(self.path) as outbox, self.context.client() as client:
            outbox.add(draft().sign(self.context.identity))
            outbox.attach(client)
            started = time.monotonic()
            with self.assertRaises(casewire.TryAgainError) as caught:
                outbox.flush(1.2)
            self.assertEqual(caught.exception.code, casewire.Code.AGAIN_NO_DAEMON)
            self.assertTrue(1.1 < time.monotonic() - started < 5)
            entry, = outbox
            self.assertIn(entry.state, (casewire.State.QUEUED, casewire.State.SENT))
            outbox.detach()
            with self.assertRaises(casewire.UsageError):
                outbox.flush(1)

    def test_a_bundle_signs_many_once(self):
        with casewire.Bundle(self.context.identity) as bundle:
            ids = [bundle.add(draft()) for _ in range(5)]
            self.assertEqual(len(bundle), 5)
            signed = bundle.sign()
            self.assertEqual([(one.op_id, one.case_id) for one in signed], ids)
            for again in (bundle.sign, lambda: bundle.add(draft())):
                with self.assertRaises(casewire.UsageError):
                    again()


class Awaiting(unittest.IsolatedAsyncioTestCase):
    async def test_many_wait_at_once_and_the_loop_runs_on(self):
        turns = 0
        with casewire.Context(home) as context:
            async with casewire.AsyncClient(context) as client:
                asked = asyncio.gather(*[client.get(f"case {i}", timeout=0.3) for i in range(50)], return_exceptions=True)
                while not asked.done():
                    await asyncio.sleep(0)
                    turns += 1
                self.assertEqual({type(one) for one in await asked}, {casewire.TryAgainError})
        self.assertGreater(turns, 10)

    async def test_whoever_gives_up_leaves_nothing_behind(self):
        with casewire.Context(home) as context:
            async with casewire.AsyncClient(context) as client:
                with self.assertRaises(asyncio.TimeoutError):
                    await asyncio.wait_for(client.get("x", timeout=60), 0.05)
                feed = client.feed()
                with self.assertRaises(asyncio.TimeoutError):
                    await asyncio.wait_for(anext(feed), 0.05)
                self.assertEqual(casewire._requests._pending, {})

    async def test_whoever_waits_when_the_handle_is_closed_is_told(self):
        with casewire.Context(home) as context:
            async with casewire.AsyncClient(context) as client:
                waiting = [asyncio.ensure_future(client.get("x", timeout=60)), asyncio.ensure_future(anext(client.feed()))]
                await asyncio.sleep(0.01)
            for one in waiting:
                with self.assertRaises(casewire.UsageError):
                    await one
            with self.assertRaises(casewire.UsageError):
                await client.get("x")
