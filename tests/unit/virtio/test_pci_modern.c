// SPDX-License-Identifier: MIT
// The modern PCI interface: the registers accessed, and their order; the fake
// checks the width of each access, and that no read-only register is written.
// VIRTIO 1.4, 4.1.4.3, 4.1.4.4, 4.1.5.
#include "unit/virtio/pci_function.h"

// INIT-01 to INIT-09, PCI-05, PCI-15, PCI-19, PCI-37: reset, status, features,
// and last the vector for the configuration.
static void steps_1_to_6_go_by_the_book(void **state)
{
    static const char steps[] =
        "W014=0 R014=0 R014=0 W014=1 R014=1 W014=3 "
        "W000=0 R004=30000012 W000=1 R004=101 "
        "W008=0 W00c=20000002 W008=1 W00c=1 R014=3 W014=b R014=b";

    expect_steps_1_to_6(FAKE_PCI, steps, "W010=0 R010=0",
                        BIT(1) | BIT(29) | BIT(32));
}

// PCI-06, PCI-17, PCI-18, PCI-20, PCI-46, PCI-47: all settings of a queue, then
// its enabling.
static void queue_registers_are_written_in_order(void **state)
{
    char expected[512];

    for (unsigned vectors = 0; vectors <= 2; vectors += 2) {
        struct dma_block ring;
        unsigned from = 0;

        begin(FAKE_PCI, vectors);
        fake_memory_dirty(true);
        assert_int_equal(set_up(1, 8, &ring, &from), OK);
        const unsigned low = (unsigned)ring.device.value;
        const unsigned high = (unsigned)(ring.device.value >> 32);
        (void)snprintf(expected, sizeof(expected),
                       "W016=1 R01c=0 R018=80 W016=1 R01e=1 %sW018=8 W020=%x "
                       "W024=%x W028=%x W02c=%x W030=%x W034=%x W01c=1",
                       vectors == 0 ? "" : "W01a=1 R01a=1 ", low, high,
                       low + 128, high, low + 128 + 24, high);
        assert_string_equal(fake_device_traffic(&fake, from), expected);
        unplug();
    }
}

// PCI-17, SPLIT-34: the fake refuses a size that is not a power of two.
static void a_queue_is_as_large_as_the_device_and_we_allow(void **state)
{
    static const struct {
        uint32_t max;
        uint16_t wanted;
        uint32_t size;
    } cases[] = {{4, 8, 4},        {16, 8, 8},    {100, 128, 64}, {1, 8, 1},
                 {1024, 128, 128}, {32768, 4, 4}, {3, 8, 2}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct dma_block ring;
        unsigned from = 0;

        plug(FAKE_PCI, 2);
        fake.queue_max[0] = cases[i].max;
        begin_plugged();
        assert_int_equal(set_up(0, cases[i].wanted, &ring, &from), OK);
        assert_int_equal(fake.queues[0].size, cases[i].size);
        unplug();
    }
}

// PCI-46.
static void a_queue_of_size_0_does_not_exist(void **state)
{
    uint16_t size = 77;

    begin(FAKE_PCI, 2);
    const unsigned from = fake.accesses;
    assert_int_equal(virtio_device_queue_size(&device, 3, 8, &size), ERR_EMPTY);
    assert_int_equal(size, 0);
    assert_string_equal(fake_device_traffic(&fake, from),
                        "W016=3 R01c=0 R018=0");
    unplug();
}

static void a_queue_in_use_before_set_up_is_an_error(void **state)
{
    expect_queue_in_use_refused(FAKE_PCI);
}

static struct dma_block rings[FAKE_QUEUES];

// Three queues, and DRIVER_OK. Violations are cleared: a balloon requires a
// buffer before that.
static void go_live(uint32_t multiplier, const uint32_t *offsets,
                    uint32_t notify_bytes)
{
    unsigned from = 0;

    plug(FAKE_PCI, 0);
    fake_pci_forget_list(&function);
    function.multiplier = multiplier;
    function.notify =
        (struct fake_place){FAKE_MODERN_BAR, 0x40000, notify_bytes};
    fake_pci_bar(&function, FAKE_MODERN_BAR, 0x80000, false, true,
                 UINT64_C(0x7000000000));
    const struct fake_place *places[] = {&function.common, &function.notify,
                                         &function.isr, &function.config};
    for (uint8_t type = 1; type <= 4; type++) {
        (void)fake_pci_add_virtio(&function, type, FAKE_MODERN_BAR,
                                  places[type - 1]->offset,
                                  places[type - 1]->bytes);
    }
    begin_plugged();
    for (uint16_t i = 0; i < 3; i++) {
        fake.notify_off[i] = offsets[i];
        assert_int_equal(set_up(i, 8, &rings[i], &from), OK);
    }
    virtio_device_ready(&device);
    fake_report_clear();
}

// PCI-39, PCI-41, PCI-48: 16 bits with the queue's number, at the queue's own
// place; the fake checks both.
static void a_kick_goes_to_the_queues_own_place(void **state)
{
    static const struct {
        uint32_t multiplier, offsets[3], bytes, places[3];
    } cases[] = {
        {0, {0, 1, 2}, 2, {0, 0, 0}},
        {2, {0, 1, 2}, 6, {0, 2, 4}},
        {4, {2, 1, 0}, 12, {8, 4, 0}},
        {4, {7, 7, 7}, 0x1000, {28, 28, 28}},
        {4096, {0, 1, 2}, 0x3000, {0, 0x1000, 0x2000}},
        {1, {4, 2, 0}, 6, {4, 2, 0}},
        {2, {0xffff, 0, 1}, 0x20000, {0x1fffe, 0, 2}},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        go_live(cases[i].multiplier, cases[i].offsets, cases[i].bytes);
        for (uint16_t queue = 0; queue < 3; queue++) {
            const unsigned from = fake.accesses;
            char expected[32];

            virtio_device_notify(&device, queue);
            (void)snprintf(expected, sizeof(expected), "W%03x=%x",
                           0x40000 + (unsigned)cases[i].places[queue], queue);
            assert_string_equal(fake_device_traffic(&fake, from), expected);
            assert_int_equal(fake.queues[queue].kicks, 1);
        }
        unplug();
    }
}

// Noticed when the queue is attached, not when it is kicked; the queue is not
// enabled.
static void a_place_where_nothing_is_refuses_the_queue(void **state)
{
    static const struct {
        uint32_t multiplier, offset;
    } cases[] = {
        {4, 0x400}, {4, 0xffff},     {4096, 1},       {1, 0xfff},
        {1, 3},     {UINT32_MAX, 1}, {0x80000000, 2}, {UINT32_MAX, 0xffff}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct dma_block ring;
        unsigned from = 0;

        begin(FAKE_PCI, 0);
        device.at.notify_multiplier = cases[i].multiplier;
        fake.notify_off[0] = cases[i].offset;
        assert_int_equal(set_up(0, 8, &ring, &from), ERR_RANGE);
        assert_false(fake.queues[0].ready);
        check_contains(fake_log(), "error what=virtio_notify queue=0");
        unplug();
    }
}

// The structure ends in the middle of the last place's 16 bits.
static void a_place_that_is_cut_in_half_refuses_the_queue(void **state)
{
    struct dma_block ring;
    unsigned from = 0;

    begin(FAKE_PCI, 0);
    device.at.notify.bytes = 7;
    device.at.notify_multiplier = 2;
    fake.notify_off[0] = 3;
    assert_int_equal(set_up(0, 8, &ring, &from), ERR_RANGE);
    fake.notify_off[0] = 2;
    assert_int_equal(set_up(0, 8, &ring, &from), OK);
    unplug();
}

// The fake lacks such a queue too, and records a violation.
static void a_queue_that_nothing_is_kept_about_is_refused(void **state)
{
    const struct queue_addresses at = {.descriptors = {0x1000}};

    begin(FAKE_PCI, 0);
    assert_int_equal(
        device.transport->queue_attach(&device, VIRTIO_QUEUES_MAX, 8, &at),
        ERR_RANGE);
    fake_report_clear();
    unplug();
}

// CFG-03: the register has 8 bits, and wraps.
static void config_is_read_between_two_equal_generations(void **state)
{
    uint32_t pages = 0;

    begin(FAKE_PCI, 2);
    fake.num_pages = 4711;
    fake.generation = 0xff;
    unsigned from = fake.accesses;
    assert_int_equal(virtio_config_read32(&device, 0, &pages), OK);
    assert_int_equal(pages, 4711);
    assert_string_equal(fake_device_traffic(&fake, from),
                        "R015=ff R2000=1267 R015=ff");
    fake.unsettled = 1;
    from = fake.accesses;
    assert_int_equal(virtio_config_read32(&device, 0, &pages), OK);
    assert_string_equal(
        fake_device_traffic(&fake, from),
        "R015=ff R2000=deadbeef R015=0 R015=0 R2000=1267 R015=0");
    unplug();
}

static void a_config_that_never_settles_is_given_up(void **state)
{
    uint32_t pages = 5;

    begin(FAKE_PCI, 2);
    fake.unsettled = FAKE_FOREVER;
    assert_int_equal(virtio_config_read32(&device, 0, &pages), ERR_TIMEOUT);
    assert_int_equal(pages, 5);
    unplug();
}

static void actual_is_written_in_one_store(void **state)
{
    begin(FAKE_PCI, 2);
    const unsigned from = fake.accesses;
    assert_int_equal(virtio_config_write32(&device, 4, 0x12345678), OK);
    assert_string_equal(fake_device_traffic(&fake, from), "W2004=12345678");
    unplug();
}

// PCI-19: the wait has a bounded number of reads.
static void a_reset_is_over_when_the_status_reads_0(void **state)
{
    expect_reset_awaited(FAKE_PCI, 2);
}

static void refused_features_end_the_start(void **state)
{
    plug(FAKE_PCI, 2);
    fake.refusals = 1;
    connect_device();
    assert_int_equal(virtio_device_begin(&device, 0), ERR_UNSUPPORTED);
    assert_int_equal(fake.status, 0x83);
    assert_false(fake.reaches_memory);
    unplug();
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_1_to_6_go_by_the_book),
        cmocka_unit_test(queue_registers_are_written_in_order),
        cmocka_unit_test(a_queue_is_as_large_as_the_device_and_we_allow),
        cmocka_unit_test(a_queue_of_size_0_does_not_exist),
        cmocka_unit_test(a_queue_in_use_before_set_up_is_an_error),
        cmocka_unit_test(a_kick_goes_to_the_queues_own_place),
        cmocka_unit_test(a_place_where_nothing_is_refuses_the_queue),
        cmocka_unit_test(a_place_that_is_cut_in_half_refuses_the_queue),
        cmocka_unit_test(a_queue_that_nothing_is_kept_about_is_refused),
        cmocka_unit_test(config_is_read_between_two_equal_generations),
        cmocka_unit_test(a_config_that_never_settles_is_given_up),
        cmocka_unit_test(actual_is_written_in_one_store),
        cmocka_unit_test(a_reset_is_over_when_the_status_reads_0),
        cmocka_unit_test(refused_features_end_the_start),
    };

    return cmocka_run_group_tests_name("pci_virtio_modern", tests, NULL, NULL);
}
