// SPDX-License-Identifier: MIT
// Claims about migration to a second QEMU: the state that arrives there.
// Limits: the stream is kept in memory, both QEMUs have the same version; in
// virtual time, so that the requests of the second QEMU can be counted.
#include "claims/registry.h"
#include "fixture/fixture.h"
#include "fixture/migrate.h"
#include "fixture/virtual_time.h"

// A stopped machine with sample 2, polled every 4 seconds.
static struct fixture_vm *boot_source(struct fixture *fixture)
{
    static const struct virtual_time_machine plain = {0};
    struct fixture_vm *vm = virtual_time_boot(fixture, &plain);

    return vm && fixture_set_interval(vm, 4) &&
                   virtual_time_expect_sent(vm, 2, "samples of the source",
                                            2) &&
                   fixture_expect_sample_equal(vm)
               ? vm
               : NULL;
}

// Migrates the machine; the destination stays stopped. `seconds` is the
// interval written at the destination before the stream; 0: none is written.
static struct fixture_vm *migrate(struct fixture *fixture,
                                  struct fixture_vm *source, uint32_t seconds)
{
    static const struct virtual_time_machine incoming = {.incoming = true};

    if (!source || !migrate_out(source)) {
        return NULL;
    }
    struct fixture_vm *vm = virtual_time_boot(fixture, &incoming);

    return vm && (!seconds || fixture_set_interval(vm, seconds)) &&
                   migrate_in(vm)
               ? vm
               : NULL;
}

static bool check_arrival(struct fixture *fixture)
{
    struct fixture_vm *vm = migrate(fixture, boot_source(fixture), 0);
    struct sample sample;

    return vm && fixture_read_sample(vm, &sample) &&
           (fixture_never_updated(&sample) ||
            fixture_fail(fixture,
                         "expected no statistics before the start, got some "
                         "or a last-update of %llu",
                         (unsigned long long)sample.last_update));
}

static bool check_values(struct fixture *fixture)
{
    struct fixture_vm *source = boot_source(fixture);

    if (!source) {
        return false;
    }
    struct truth sent = *fixture_truth(source);
    struct fixture_vm *vm = migrate(fixture, source, 0);
    struct sample sample;

    return vm && virtual_time_run(vm, 2) &&
           fixture_expect_reported(vm, &sent) &&
           fixture_read_sample(vm, &sample) &&
           (sample.last_update > 0 ||
            fixture_fail(fixture, "last-update is still 0"));
}

static bool check_interval(struct fixture *fixture)
{
    struct fixture_vm *vm = migrate(fixture, boot_source(fixture), 0);
    uint32_t seconds;

    return vm && fixture_get_interval(vm, &seconds) &&
           fixture_expect_u64(fixture, "interval on the other side", 0,
                              seconds) &&
           virtual_time_expect_sent(vm, 28, "samples on the other side", 0) &&
           // The guest still answers once it is polled.
           fixture_set_interval(vm, 4) &&
           virtual_time_expect_sent(vm, 2, "samples once it is polled there",
                                    3);
}

static bool check_set_after(struct fixture *fixture)
{
    struct fixture_vm *vm = migrate(fixture, boot_source(fixture), 0);

    return vm && virtual_time_run(vm, 2) && fixture_set_interval(vm, 4) &&
           virtual_time_expect_sent(vm, 2, "sample right after that", 3) &&
           virtual_time_expect_sent(vm, 4, "sample an interval later", 4) &&
           fixture_expect_sample_equal(vm);
}

static bool check_set_before(struct fixture *fixture)
{
    struct fixture_vm *vm = migrate(fixture, boot_source(fixture), 6);
    uint32_t seconds;

    return vm && fixture_get_interval(vm, &seconds) &&
           fixture_expect_u64(fixture, "interval on the other side", 6,
                              seconds) &&
           virtual_time_expect_sent(vm, 4, "sample 4 s after the start", 0) &&
           virtual_time_expect_sent(vm, 4, "sample 8 s after the start", 3) &&
           virtual_time_expect_sent(vm, 6, "sample 14 s after the start", 4) &&
           fixture_expect_sample_equal(vm);
}

static const struct claim claims[] = {
    {
        .id = "migration.arrival",
        .place = "beyond",
        .statement = "The statistics do not migrate: until the machine is "
                     "started on the other side, every one is absent there "
                     "and last-update is 0.",
        .check = check_arrival,
    },
    {
        .id = "migration.values",
        .place = "beyond",
        .statement = "At its start QEMU on the other side reads the buffer in "
                     "the guest's memory, so the newest values are there "
                     "without any request.",
        .check = check_values,
    },
    {
        .id = "migration.interval",
        .place = "beyond",
        .statement = "The interval does not migrate: on the other side it is "
                     "0 and nobody polls.",
        .check = check_interval,
    },
    {
        .id = "migration.set-after",
        .place = "beyond",
        .statement = "An interval written after the migration works at once, "
                     "with the sample that follows the last one of the "
                     "source.",
        .check = check_set_after,
    },
    {
        .id = "migration.set-before",
        .place = "beyond",
        .statement = "An interval written on the other side before the "
                     "machine arrives is kept; the first request comes a "
                     "whole interval after the start.",
        .check = check_set_before,
    },
};

const struct claim_list claims_migration = {claims,
                                            sizeof claims / sizeof *claims};
