"""What needs no daemon: bytes, texts, errors, what a feed hands out."""

import datetime
import json
import types
import unittest

import casewire
from casewire import _decode, _questions, _requests, draft, errors, feed


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def number(at, value):
    return varint(at << 3) + varint(value)


def inner(at, data):
    return varint(at << 3 | 2) + varint(len(data)) + data


def feed_answer(ids, cursor=b"cursor", level=False, again=(), unopened=()):
    items = b""
    for one in ids:
        op = inner(9, b"sets") + number(17, one not in unopened)
        items += inner(3, inner(1, bytes([one]) * 32) + number(2, 1) + inner(3, op) + number(7, one in again))
    return _decode.decode("Answer", inner(20, inner(2, cursor) + items + number(7, level)))


class Asking(unittest.TestCase):
    def ended_by(self, code):
        """What a submission says that ended so."""
        pending = _requests.Pending(_questions.submit(types.SimpleNamespace(address=None), 1, 0))
        _requests._pending[pending.number] = pending
        _requests._finished(pending.number, code, None, None)
        return pending.error.what

    def test_what_was_refused_is_not_recorded_and_what_got_no_answer_may_be(self):
        for code in (casewire.Code.REFUSED_ROLE, casewire.Code.REFUSED_VALUE, casewire.Code.LOCAL_NO_SPACE):
            self.assertEqual(self.ended_by(code), "nothing was recorded")
        for code in (casewire.Code.AGAIN_NO_DAEMON, casewire.Code.AGAIN_NO_PEER, casewire.Code.PEER_MALFORMED):
            self.assertEqual(self.ended_by(code), "it is not known whether the submission arrived")

    def test_a_timeout_outside_its_bounds_is_refused_as_in_c(self):
        for timeout in (-1, 0, 0.0001, 1e9, float("inf"), float("nan")):
            with self.assertRaises(casewire.UsageError) as refused:
                _requests.start(0, _questions.status(), timeout)
            self.assertEqual(refused.exception.where, "timeout")


class Decoding(unittest.TestCase):
    def test_each_sort_of_value_becomes_what_python_has_for_it(self):
        row = _decode.decode("CaseRow", inner(1, b"\x07" * 32) + number(2, 3) + inner(4, "öffen".encode()) + number(10, 1)
                             + number(9, 1521475200123 << 16 | 5))
        self.assertEqual(row, {"case_id": b"\x07" * 32, "kind": 3, "status": "öffen", "incomplete": True,
                               "updated_hlc": 1521475200123 << 16 | 5, "also": [], "also_ids": []})
        self.assertEqual(row.to_dict(), {"case_id": "07" * 32, "kind": 3, "status": "öffen", "incomplete": True,
                                         "updated_hlc": "2018-03-19T16:00:00.123Z+5", "also": [], "also_ids": []})

    def test_negative_numbers_and_times(self):
        value = _decode.decode("Value", number(2, 2 * 5 - 1) + inner(4, number(1, 2 * 1000)))
        self.assertEqual(value["number"], -5)
        self.assertEqual(value.to_dict()["interval"], {"earliest": "1970-01-01T00:00:01.000Z"})

    def test_what_a_newer_version_added_is_left_out(self):
        newer = number(2, 3) + inner(200, b"new") + varint(201 << 3 | 1) + bytes(8) + varint(202 << 3 | 5) + bytes(4) + number(203, 9)
        self.assertEqual(_decode.decode("CaseRow", newer), {"kind": 3, "also": [], "also_ids": []})
        self.assertEqual(_decode.decode("CaseRow", inner(2, b"text")), {"also": [], "also_ids": []}, "nor what has another form than it had")

    def test_lists_are_there_when_they_are_empty(self):
        self.assertEqual(_decode.decode("CaseList", b"").to_dict(), {"rows": []})

    def test_bytes_cut_short_are_an_error_and_not_a_value(self):
        whole = inner(4, b"open") + number(9, 1 << 60)
        for length in range(1, len(whole)):
            if length != len(inner(4, b"open")):
                with self.assertRaises((ValueError, IndexError)):
                    _decode.decode("CaseRow", whole[:length])

    def test_to_dict_is_json(self):
        answer = feed_answer([1, 2])
        self.assertEqual(json.loads(json.dumps(answer.to_dict()))["feed"]["items"][1]["id"], "02" * 32)


class Texts(unittest.TestCase):
    def test_values_are_as_a_person_types_them(self):
        berlin = datetime.timezone(datetime.timedelta(hours=1))
        moment = datetime.datetime(2018, 3, 19, 17, 0, tzinfo=berlin)
        for value, text in ((True, b"yes"), (False, b"no"), (7, b"7"), ("high", b"high"), (None, b""), (moment, b"2018-03-19T16:00:00Z"),
                            (datetime.date(2018, 3, 19), b"2018-03-19")):
            self.assertEqual(draft.as_text(value), text)

    def test_ids_are_bytes_or_digits_and_nothing_else(self):
        self.assertEqual(draft.id_bytes("ab" * 32), draft.id_bytes(b"\xab" * 32))
        for wrong in ("ab", "zz" * 32, b"", b"\0" * 31):
            with self.assertRaises(casewire.UsageError):
                draft.id_bytes(wrong)


class Errors(unittest.TestCase):
    def test_an_error_says_what_where_why_and_what_to_do(self):
        with self.assertRaises(casewire.RefusedError) as caught:
            casewire.Draft.open("missing_child").set("missing_risk", "huge")
        wrong = caught.exception
        self.assertEqual((wrong.code, wrong.name, wrong.where), (casewire.Code.REFUSED_VALUE, "CW_REFUSED_VALUE", "missing_risk"))
        self.assertIn("did you mean", wrong.why)
        self.assertIn("casewire schema", wrong.todo)
        for part in (wrong.what, wrong.where, wrong.why, wrong.todo, "113"):
            self.assertIn(part, str(wrong))

    def test_each_class_of_the_table_has_its_exception_and_something_to_do(self):
        kinds = {"USAGE": casewire.UsageError, "REFUSED": casewire.RefusedError, "PEER": casewire.PeerError,
                 "AGAIN": casewire.TryAgainError, "LOCAL": casewire.LocalError}
        for code in list(casewire.Code)[1:]:
            wrong = errors.error("nothing was done", code)
            self.assertIs(type(wrong), kinds[code.name.split("_")[0]], code.name)
            self.assertTrue(wrong.todo and wrong.why, code.name)
            self.assertNotEqual(wrong.why, "unknown error")

    def test_a_number_of_a_newer_library_is_kept(self):
        wrong = errors.error("nothing was done", 777)
        self.assertEqual((int(wrong.code), type(wrong)), (777, casewire.LocalError))
        self.assertIn("777", str(wrong))

    def test_a_folder_that_is_not_there_is_named(self):
        with self.assertRaises(casewire.LocalError) as caught:
            casewire.Context("/nonexistent/home")
        self.assertEqual(caught.exception.code, casewire.Code.LOCAL_CONFIG)
        self.assertIn("/nonexistent/home", str(caught.exception))


class Told(unittest.TestCase):
    def take(self, told):
        taken = []
        while (item := told.next()) is not None:
            taken.append(item.id[0])
        return taken

    def told(self, **options):
        return feed.Told(feed.FeedOptions(**options))

    def test_a_cursor_is_kept_only_when_the_last_item_was_dealt_with(self):
        told = self.told(cursor=b"before")
        told.came(feed.FeedMessage(feed_answer([1, 2], b"after")))
        told.next()
        told.next()
        self.assertEqual(told.cursor, b"before", "the second item is still in the reader's hands")
        self.assertIsNone(told.next())
        self.assertEqual(told.cursor, b"after")

    def test_an_item_is_handed_out_once(self):
        told = self.told()
        told.came(feed.FeedMessage(feed_answer([1, 2])))
        told.came(feed.FeedMessage(feed_answer([2, 3, 1])))
        self.assertEqual(self.take(told), [1, 2, 3])

    def test_an_item_about_which_something_is_new_is_handed_out_again(self):
        told = self.told()
        told.came(feed.FeedMessage(feed_answer([1, 2], unopened=[2])))
        told.came(feed.FeedMessage(feed_answer([1, 2], again=[1])))
        self.assertEqual(self.take(told), [1, 2, 1, 2])

    def test_whoever_wants_all_gets_all(self):
        told = self.told(once=False)
        told.came(feed.FeedMessage(feed_answer([1, 1])))
        self.assertEqual(self.take(told), [1, 1])

    def test_it_is_over_when_all_was_told_and_nobody_follows(self):
        for follow, level, over in ((False, True, True), (False, False, False), (True, True, False)):
            told = self.told(follow=follow)
            told.came(feed.FeedMessage(feed_answer([], level=level)))
            self.assertEqual(told.is_over(), over)

    def test_an_item_has_the_flags_of_its_message(self):
        item = feed.FeedMessage(feed_answer([1], again=[1], unopened=[1])).items[0]
        self.assertEqual((item.flags, item.why, item.what), ({"again", "unopened"}, casewire.Why.OP, "sets"))

    def test_options_reach_the_struct(self):
        options = feed.FeedOptions(cursor=b"here", kinds=["missing_child"], tags=["repeat", "county"], views=True, silence=1.5)
        made, _ = feed.c_options(options)
        self.assertEqual((made.start, made.cursor.bytes(), made.kinds[0], made.views, made.silence_ms), (1, b"here", 3, 1, 1500))
        self.assertEqual([made.tags.at[i].bytes() for i in range(made.tags.count)], [b"repeat", b"county"])
        with self.assertRaises(casewire.UsageError):
            feed.c_options(feed.FeedOptions(kinds=["no such"]))
