/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_LIMITS_H
#define BENCH_LIMITS_H

/* What the machine itself can do, each measured for `seconds`. They give up when something fails. */

/* fdatasync a second, each after appending 512 bytes to a file in `folder`. */
double limit_fdatasync(const char *folder, double seconds);
/* Milliseconds of a durable LMDB commit (median): 512 bytes appended, LMDB's default flush, a store in `folder`. */
double limit_lmdb_commit_ms(const char *folder, double seconds);
/*
 * Milliseconds of 100 point reads of LMDB (median of many hundreds): random ones of 100,000 rows of 512 bytes, in one read
 * transaction, from memory. The store is made in `folder` each time.
 */
double limit_lmdb_reads_ms(const char *folder, double seconds);
/* Ed25519 verifications a second of 512 bytes, on so many threads together. */
double limit_verify(unsigned threads, double seconds);
/* Milliseconds of a round trip (median): 512 bytes, DEALER to ROUTER and back, CURVE over loopback, in one process. */
double limit_round_trip_ms(double seconds);
/* Messages of 512 bytes a second, delivered to so many subscribers together: ZeroMQ's PUB and SUB with CURVE. */
double limit_fan_out(unsigned subscribers, double seconds);

#endif
