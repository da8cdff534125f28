// SPDX-License-Identifier: MIT
// A device behind MMIO registers is found and its queues are set up: the
// registers accessed, and their order, in both versions.
// VIRTIO 1.4, 4.2.2, 4.2.3, 4.2.4.
#include <stdio.h>

#include "fakes/fake_device.h"
#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"
#include "virtio/mmio/mmio.h"
#include "virtio/queue/queue.h"
#include "virtio/transport.h"
#include "unit/checks.h"

static struct fake_device fake;
static struct virtio_device device;
static uint64_t private_memory[4096];

static void find(uint32_t version)
{
    fake_report_clear();
    fake_memory_reset();
    fake_device_init(&fake, version);
}

static enum error probe(void)
{
    return virtio_mmio_probe(&device, fake_device_region());
}

static void finish(void)
{
    assert_string_equal(fake_violations(), "");
    fake_device_destroy(&fake);
}

// MMIO-10, MMIO-11, MMIO-26, MMIO-27.
static void a_placeholder_is_passed_over_in_silence(void **state)
{
    for (uint32_t version = 1; version <= 2; version++) {
        find(version);
        fake.id = 0;
        assert_int_equal(probe(), ERR_EMPTY);
        assert_int_equal(fake.accesses, 3);
        assert_int_equal(fake.traffic[2].offset, 0x008);
        assert_string_equal(fake_log(), "");
        finish();
    }
}

// MMIO-06, MMIO-07.
static void a_wrong_magic_is_left_alone_and_named(void **state)
{
    find(2);
    fake.magic = 0x74726977;
    assert_int_equal(probe(), ERR_UNSUPPORTED);
    assert_string_equal(fake_device_traffic(&fake, 0), "R000=74726977");
    assert_int_equal(fake_log_count("error what=mmio_magic"), 1);
    finish();
}

// MMIO-08, MMIO-09.
static void an_unknown_version_is_left_alone_and_named(void **state)
{
    static const uint32_t versions[] = {0, 3, 4, UINT32_MAX};

    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        find(FAKE_MMIO);
        fake.version = versions[i];
        assert_int_equal(probe(), ERR_UNSUPPORTED);
        assert_int_equal(fake.accesses, 2);
        assert_int_equal(fake_log_count("error what=mmio_version"), 1);
        finish();
    }
}

static void a_window_without_room_for_the_registers_is_refused(void **state)
{
    find(2);
    struct io_region region = fake_device_region();
    region.bytes = 0xff;
    assert_int_equal(virtio_mmio_probe(&device, region), ERR_INVALID);
    assert_int_equal(fake.accesses, 0);
    finish();
}

// MMIO-24, MMIO-25, MMIOL-01: probing writes nothing.
static void magic_version_and_id_are_read_in_this_order(void **state)
{
    for (uint32_t version = 1; version <= 2; version++) {
        char expected[64];

        find(version);
        assert_int_equal(probe(), OK);
        (void)snprintf(expected, sizeof(expected),
                       "R000=74726976 R004=%u R008=5", (unsigned)version);
        assert_string_equal(fake_device_traffic(&fake, 0), expected);
        assert_int_equal(device.device_id, 5);
        assert_int_equal(device.state, VIRTIO_FOUND);
        assert_int_equal(device.transport->legacy, version == 1);
        finish();
    }
}

static void begin(uint32_t version)
{
    find(version);
    assert_int_equal(probe(), OK);
    assert_int_equal(virtio_device_begin(&device, 0), OK);
}

// Sets queue `index` up; its register accesses are in the traffic from the
// returned number on.
static unsigned set_up(uint16_t index, uint16_t wanted, struct dma_block *ring)
{
    struct virtqueue *queue = NULL;
    struct virtio_queue_memory memory = {
        .private_memory = private_memory,
        .private_bytes = sizeof(private_memory),
    };
    const unsigned from = fake.accesses;

    assert_int_equal(
        virtio_device_queue_size(&device, index, wanted, &memory.size), OK);
    assert_true(fake_memory_alloc(
        virtio_device_ring_bytes(&device, memory.size), ring));
    memory.ring = *ring;
    assert_int_equal(virtio_device_add_queue(&device, index, &memory, &queue),
                     OK);
    assert_non_null(queue);
    return from;
}

// MMIO-33, MMIO-34, MMIO-37, MMIO-05.
static void modern_queue_registers_are_written_in_order(void **state)
{
    struct dma_block ring;
    char expected[512];

    begin(2);
    const unsigned from = set_up(1, 8, &ring);
    const unsigned low = (unsigned)ring.device.value;
    const unsigned high = (unsigned)(ring.device.value >> 32);
    (void)snprintf(expected, sizeof(expected),
                   "W030=1 R044=0 R034=400 W030=1 W038=8 W080=%x W084=%x "
                   "W090=%x W094=%x W0a0=%x W0a4=%x W044=1",
                   low, high, low + 128, high, low + 128 + 24, high);
    assert_string_equal(fake_device_traffic(&fake, from), expected);
    finish();
}

// MMIOL-04 to MMIOL-06, MMIOL-10 to MMIOL-13.
static void legacy_queue_registers_are_written_in_order(void **state)
{
    struct dma_block ring;
    char expected[256];

    begin(1);
    const unsigned from = set_up(1, 8, &ring);
    (void)snprintf(expected, sizeof(expected),
                   "W030=1 R040=0 R034=400 W030=1 W038=8 W03c=1000 W040=%x",
                   (unsigned)(ring.device.value / 4096));
    assert_string_equal(fake_device_traffic(&fake, from), expected);
    finish();
}

// SPLIT-34, LEG-05, MMIO-14: also for maxima that are not powers of two; the
// fake refuses a size that is not one.
static void a_queue_is_as_large_as_the_device_and_we_allow(void **state)
{
    static const struct {
        uint32_t max;
        uint16_t wanted;
        uint32_t size;
    } cases[] = {{4, 8, 4},          {16, 8, 8}, {100, 128, 64},
                 {1024, 128, 128},   {1, 8, 1},  {0xffffffff, 4, 4},
                 {1024, 32768, 1024}};

    for (uint32_t version = 1; version <= 2; version++) {
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            struct dma_block ring;

            begin(version);
            fake.queue_max[0] = cases[i].max;
            (void)set_up(0, cases[i].wanted, &ring);
            assert_int_equal(fake.queues[0].size, cases[i].size);
            finish();
        }
    }
}

// QEMU's QueueSizeMax is 1024 while its queues have 128 entries until a size is
// written, so the value is written in any case.
static void the_size_is_written_even_if_it_is_the_maximum(void **state)
{
    for (uint32_t version = 1; version <= 2; version++) {
        for (uint32_t max = 8; max <= 1024; max *= 128) {
            struct dma_block ring;
            char expected[32];

            begin(version);
            fake.queue_max[0] = max;
            const unsigned from = set_up(0, (uint16_t)max, &ring);
            (void)snprintf(expected, sizeof(expected), "W038=%x ", max);
            assert_non_null(strstr(fake_device_traffic(&fake, from), expected));
            finish();
        }
    }
}

// MMIO-35, MMIOL-07.
static void a_queue_with_maximum_0_does_not_exist(void **state)
{
    for (uint32_t version = 1; version <= 2; version++) {
        uint16_t size = 77;

        begin(version);
        assert_int_equal(virtio_device_queue_size(&device, 3, 8, &size),
                         ERR_EMPTY);
        assert_int_equal(size, 0);
        finish();
    }
}

// MMIO-34, MMIOL-05, MMIOL-06: a queue left in use is an error, and its maximum
// is not read.
static void a_queue_in_use_before_set_up_is_an_error(void **state)
{
    for (uint32_t version = 1; version <= 2; version++) {
        uint16_t size = 77;

        find(version);
        fake.stale_queue = true;
        assert_int_equal(probe(), OK);
        assert_int_equal(virtio_device_begin(&device, 0), OK);
        assert_int_equal(virtio_device_queue_size(&device, 0, 8, &size),
                         ERR_DEVICE);
        assert_null(strstr(fake_device_traffic(&fake, 0), "R034"));
        finish();
    }
}

// MMIOL-14: page 0 means "stop", and 32 bits hold at most 16 TiB.
static void legacy_refuses_what_a_page_number_cannot_say(void **state)
{
    static const uint64_t places[] = {0, UINT64_C(1) << 44, 0x1080};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct dma_block ring;
        struct virtqueue *queue = NULL;

        begin(1);
        uint16_t size = 0;
        assert_int_equal(virtio_device_queue_size(&device, 0, 8, &size), OK);
        assert_true(fake_memory_alloc(8192, &ring));
        ring.device.value = places[i];
        assert_int_equal(
            virtio_device_add_queue(&device, 0,
                                    &(struct virtio_queue_memory){
                                        .size = size,
                                        .ring = ring,
                                        .private_memory = private_memory,
                                        .private_bytes = 4096,
                                    },
                                    &queue),
            ERR_RANGE);
        assert_null(queue);
        assert_null(strstr(fake_device_traffic(&fake, 0), "W040"));
        finish();
    }
}

// MMIOL-02, MMIOL-16: again in each initialisation, before any queue.
static void legacy_page_size_is_written_in_every_start(void **state)
{
    begin(1);
    assert_int_equal(virtio_device_begin(&device, 0), OK);
    unsigned writes = 0;
    for (unsigned i = 0; i < fake.accesses; i++) {
        writes += fake.traffic[i].offset == 0x028;
    }
    assert_int_equal(writes, 2);
    assert_int_equal(fake.page_size, 4096);
    finish();
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_placeholder_is_passed_over_in_silence),
        cmocka_unit_test(a_wrong_magic_is_left_alone_and_named),
        cmocka_unit_test(an_unknown_version_is_left_alone_and_named),
        cmocka_unit_test(a_window_without_room_for_the_registers_is_refused),
        cmocka_unit_test(magic_version_and_id_are_read_in_this_order),
        cmocka_unit_test(modern_queue_registers_are_written_in_order),
        cmocka_unit_test(legacy_queue_registers_are_written_in_order),
        cmocka_unit_test(a_queue_is_as_large_as_the_device_and_we_allow),
        cmocka_unit_test(the_size_is_written_even_if_it_is_the_maximum),
        cmocka_unit_test(a_queue_with_maximum_0_does_not_exist),
        cmocka_unit_test(a_queue_in_use_before_set_up_is_an_error),
        cmocka_unit_test(legacy_refuses_what_a_page_number_cannot_say),
        cmocka_unit_test(legacy_page_size_is_written_in_every_start),
    };

    return cmocka_run_group_tests_name("mmio", tests, NULL, NULL);
}
