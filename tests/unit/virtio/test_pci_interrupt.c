// SPDX-License-Identifier: MIT
// Interrupts of a PCI device: messages if there are enough and the device
// accepts them, otherwise the pin; through the real interrupt routing to the
// driver. VIRTIO 1.4, 4.1.4.5, 4.1.5.1.2, 4.1.5.3 to 4.1.5.5.
#include "fakes/balloon_rig.h"
#include "unit/virtio/pci_function.h"

static uint32_t command(void)
{
    return fake_pci_peek(&function, PCI_COMMAND, 2);
}

static bool pin_routed(void)
{
    return fake_ioapic_route(FAKE_IOAPIC, FAKE_REQUEST).vector != 0;
}

static void find(enum fake_kind kind, unsigned vectors)
{
    plug(kind, vectors);
    assert_int_equal(probe(), OK);
    assert_false(pin_routed());
    assert_int_equal(virtio_pci_connect(&device), OK);
}

static void expect_messages(void)
{
    assert_true(device.msix);
    assert_true(fake.messages);
    assert_true((command() & PCI_COMMAND_INTX_DISABLE) != 0);
    assert_false(pin_routed());
}

static void expect_pin(void)
{
    assert_false(device.msix);
    assert_false(fake.messages);
    assert_int_equal(command() & PCI_COMMAND_INTX_DISABLE, 0);
    assert_true(pin_routed());
}

// PCI-33, PCI-36: a table of any size from two entries on; two are used and the
// others stay masked.
static void two_messages_are_enough(void **state)
{
    static const unsigned tables[] = {2, 3, 16, 2047, 2048};

    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        for (enum fake_kind kind = FAKE_PCI_LEGACY; kind <= FAKE_PCI; kind++) {
            find(kind, tables[i]);
            expect_messages();
            for (unsigned entry = 0; entry < tables[i]; entry++) {
                assert_int_equal(function.table[entry][3], entry >= 2);
            }
            assert_string_equal(fake_log(), "");
            unplug();
        }
    }
}

// PCI-33, PCI-34.
static void fewer_messages_leave_the_pin(void **state)
{
    for (unsigned vectors = 0; vectors <= 1; vectors++) {
        for (enum fake_kind kind = FAKE_PCI_LEGACY; kind <= FAKE_PCI; kind++) {
            find(kind, vectors);
            expect_pin();
            assert_string_equal(fake_log(), "");
            unplug();
        }
    }
}

// An earlier user left the only message on, and the pin off.
static void messages_that_were_left_on_do_not_kill_the_pin(void **state)
{
    plug(FAKE_PCI_LEGACY, 1);
    fake_pci_poke(&function, function.msix + 2u, 2, 0x8000);
    fake_pci_poke(&function, PCI_COMMAND, 2, PCI_COMMAND_INTX_DISABLE);
    assert_int_equal(probe(), OK);
    assert_int_equal(virtio_pci_connect(&device), OK);
    expect_pin();
    assert_int_equal(device.at.config.handle, device.at.common.handle + 0x14);
    unplug();
}

static void unusable_messages_leave_the_pin(void **state)
{
    plug(FAKE_PCI, 2);
    fake_pci_poke(&function, function.msix + 4u, 1, 3); // no such BAR
    assert_int_equal(probe(), OK);
    assert_int_equal(virtio_pci_connect(&device), OK);
    expect_pin();
    check_contains(fake_log(), "virtio msix unusable=invalid");
    unplug();
}

static bool nothing(void *context)
{
    (void)context;
    return true;
}

static void without_free_vectors_the_pin_is_left(void **state)
{
    uint8_t taken[64];
    unsigned count = 0;

    plug(FAKE_PCI, 2);
    assert_int_equal(probe(), OK);
    while (irq_vector_alloc(nothing, NULL, &taken[count]) == OK) {
        count++;
    }
    irq_vector_free(taken[--count]); // for the pin's line, or one message
    assert_int_equal(virtio_pci_connect(&device), OK);
    expect_pin();
    check_contains(fake_log(), "virtio msix unusable=full");
    while (count > 0) {
        irq_vector_free(taken[--count]);
    }
    unplug();
}

static void a_device_that_cannot_interrupt_is_refused(void **state)
{
    plug(FAKE_PCI, 1);
    fake_pci_poke(&function, PCI_INTERRUPT_PIN, 1, 0);
    assert_int_equal(probe(), OK);
    assert_int_equal(virtio_pci_connect(&device), ERR_EMPTY);
    unplug();

    plug(FAKE_PCI, 1); // a pin without a route
    fake_pci_poke(&function, PCI_INTERRUPT_LINE, 1, 0xff);
    assert_int_equal(probe(), OK);
    assert_int_equal(virtio_pci_connect(&device), ERR_RANGE);
    unplug();
}

// --- Vectors that the device does not take ----------------------------------

static enum error start(void)
{
    struct dma_block ring;
    unsigned from = 0;
    enum error error = virtio_device_begin(&device, 0);

    for (uint16_t i = 0; error == OK && i < 3; i++) {
        error = set_up(i, 8, &ring, &from);
    }
    return error;
}

// PCI-37, PCI-38: the first, second, ... vector written reads back as none. The
// device then works with the pin; so does the legacy configuration's place.
static void a_refused_vector_leaves_the_pin(void **state)
{
    for (enum fake_kind kind = FAKE_PCI_LEGACY; kind <= FAKE_PCI; kind++) {
        for (uint32_t taken = 0; taken < 4; taken++) {
            find(kind, 2);
            fake.some_vectors = taken;
            fake.no_vectors = 1;
            assert_int_equal(start(), OK);
            expect_pin();
            assert_int_equal(
                fake_log_count("virtio msix refused=1 read_back=0xffff"),
                taken != 0);
            assert_int_equal(
                fake_log_count("virtio msix refused=0 read_back=0xffff"),
                taken == 0);
            assert_int_equal(virtio_config_write32(&device, 4, 9), OK);
            assert_int_equal(fake.actual, 9);
            fake_device_raise(&fake, 3);
            fake_pci_deliver(&function);
            assert_int_equal(virtio_device_take_events(&device), 3);
            unplug();
        }
    }
}

// And no vector is tried again.
static void a_device_that_refused_once_is_not_asked_again(void **state)
{
    find(FAKE_PCI, 2);
    fake.no_vectors = 1;
    assert_int_equal(start(), OK);
    const unsigned from = fake.accesses;
    assert_int_equal(start(), OK);
    expect_pin();
    assert_null(strstr(fake_device_traffic(&fake, from), "W010"));
    assert_null(strstr(fake_device_traffic(&fake, from), "W01a"));
    unplug();
}

static void a_refused_vector_without_a_pin_ends_the_start(void **state)
{
    for (uint32_t taken = 0; taken < 3; taken++) {
        find(FAKE_PCI, 2);
        fake_pci_poke(&function, PCI_INTERRUPT_PIN, 1, 0);
        fake.some_vectors = taken;
        fake.no_vectors = 1;
        assert_int_equal(start(), ERR_UNSUPPORTED);
        assert_false(fake.messages);
        assert_int_equal(device.state,
                         taken == 0 ? VIRTIO_FAILED : VIRTIO_FEATURES_OK);
        unplug();
    }
}

// A reset clears the vectors.
static void vectors_are_given_at_every_start(void **state)
{
    for (enum fake_kind kind = FAKE_PCI_LEGACY; kind <= FAKE_PCI; kind++) {
        find(kind, 2);
        for (unsigned round = 0; round < 3; round++) {
            assert_int_equal(start(), OK);
            assert_int_equal(fake.config_vector, 0);
            for (unsigned i = 0; i < 3; i++) {
                assert_int_equal(fake.queues[i].vector, 1);
            }
        }
        expect_messages();
        unplug();
    }
}

// --- What an interrupt says --------------------------------------------------

static void expect_events(uint32_t raised, uint32_t events)
{
    fake_device_raise(&fake, raised);
    fake_pci_deliver(&function);
    assert_int_equal(virtio_device_take_events(&device), events);
    assert_int_equal(virtio_device_take_events(&device), 0);
    assert_string_equal(fake_log(), "");
}

// PCI-26, PCI-45: the message carries the cause; no register is read.
static void a_message_says_which_event_it_is(void **state)
{
    for (enum fake_kind kind = FAKE_PCI_LEGACY; kind <= FAKE_PCI; kind++) {
        find(kind, 2);
        assert_int_equal(start(), OK);
        const unsigned from = fake.accesses;
        fake_report_clear();
        expect_events(1, VIRTIO_EVENT_QUEUE);
        expect_events(2, VIRTIO_EVENT_CONFIG);
        expect_events(3, VIRTIO_EVENT_QUEUE | VIRTIO_EVENT_CONFIG);
        assert_int_equal(fake.accesses, from);
        unplug();
    }
}

// PCI-45, PCI-49: the ISR byte is read once, which deasserts the pin; both bits
// count, others don't.
static void the_isr_byte_says_which_events_the_pin_means(void **state)
{
    for (enum fake_kind kind = FAKE_PCI_LEGACY; kind <= FAKE_PCI; kind++) {
        find(kind, 0);
        assert_int_equal(start(), OK);
        fake.junk_causes = 0xfc;
        fake_report_clear();
        for (uint32_t causes = 1; causes <= 3; causes++) {
            const unsigned from = fake.accesses;

            expect_events(causes, causes);
            assert_int_equal(fake.accesses - from, 1);
        }
        unplug();
    }
}

// The interrupt may come from another device on the line.
static void a_pin_that_is_not_ours_means_nothing(void **state)
{
    find(FAKE_PCI, 0);
    assert_int_equal(start(), OK);
    for (unsigned i = 0; i < 100; i++) {
        assert_true(fake_ioapic_raise(FAKE_IOAPIC, FAKE_REQUEST));
    }
    assert_int_equal(virtio_device_take_events(&device), 0);
    unplug();
}

// Bus mastering is on before the first queue, but not before the driver has
// accepted the device.
static void the_way_to_memory_is_opened_before_the_first_queue(void **state)
{
    struct dma_block ring;
    unsigned from = 0;

    for (enum fake_kind kind = FAKE_PCI_LEGACY; kind <= FAKE_PCI; kind++) {
        find(kind, 2);
        assert_false(fake.reaches_memory);
        assert_int_equal(virtio_device_begin(&device, 0), OK);
        assert_true(fake.reaches_memory);
        assert_int_equal(set_up(0, 8, &ring, &from), OK);
        assert_true((command() & PCI_COMMAND_INTX_DISABLE) != 0);
        unplug();
    }
}

static void a_disconnected_device_answers_and_interrupts_nobody(void **state)
{
    for (unsigned vectors = 0; vectors <= 2; vectors += 2) {
        find(FAKE_PCI, vectors);
        assert_int_equal(start(), OK);
        virtio_pci_disconnect(&device);
        assert_false(fake.messages);
        assert_false(fake.reaches_memory);
        assert_false(pin_routed());
        assert_int_equal(command(), PCI_COMMAND_INTX_DISABLE);
        fake_device_raise(&fake, 3);
        fake_pci_deliver(&function);
        assert_int_equal(virtio_device_take_events(&device), 0);
        unplug();
    }
}

static void a_function_that_was_taken_away_is_seen_to_be_gone(void **state)
{
    for (enum fake_kind kind = FAKE_PCI_LEGACY; kind <= FAKE_PCI; kind++) {
        find(kind, 2);
        assert_false(device.transport->is_gone(&device));
        fake_pci_destroy(&function);
        assert_true(device.transport->is_gone(&device));
        virtio_pci_disconnect(&device);
        unplug();
    }
}

// The whole driver on a device that refuses a vector: it starts, and answers
// polls.
static void polls_are_answered_by_the_pin_after_a_refusal(void **state)
{
    struct rig *rig = *state;

    rig->fake.some_vectors = 2;
    rig->fake.no_vectors = 1;
    assert_int_equal(rig_start(rig), OK);
    assert_false(rig->device.msix);
    for (unsigned poll = 0; poll < 5; poll++) {
        assert_int_equal(rig_poll(rig), OK);
        fake_device_target(&rig->fake, poll);
        assert_int_equal(rig_wake(rig), OK);
    }
    assert_int_equal(rig->fake.samples, 6);
    assert_true(rig_truthful(rig));
    assert_int_equal(fake_log_count("balloon target"), 4);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_messages_are_enough),
        cmocka_unit_test(fewer_messages_leave_the_pin),
        cmocka_unit_test(messages_that_were_left_on_do_not_kill_the_pin),
        cmocka_unit_test(unusable_messages_leave_the_pin),
        cmocka_unit_test(without_free_vectors_the_pin_is_left),
        cmocka_unit_test(a_device_that_cannot_interrupt_is_refused),
        cmocka_unit_test(a_refused_vector_leaves_the_pin),
        cmocka_unit_test(a_device_that_refused_once_is_not_asked_again),
        cmocka_unit_test(a_refused_vector_without_a_pin_ends_the_start),
        cmocka_unit_test(vectors_are_given_at_every_start),
        cmocka_unit_test(a_message_says_which_event_it_is),
        cmocka_unit_test(the_isr_byte_says_which_events_the_pin_means),
        cmocka_unit_test(a_pin_that_is_not_ours_means_nothing),
        cmocka_unit_test(the_way_to_memory_is_opened_before_the_first_queue),
        cmocka_unit_test(a_disconnected_device_answers_and_interrupts_nobody),
        cmocka_unit_test(a_function_that_was_taken_away_is_seen_to_be_gone),
        RIG_TEST(polls_are_answered_by_the_pin_after_a_refusal, pci),
        RIG_TEST(polls_are_answered_by_the_pin_after_a_refusal,
                 pci_legacy_msix),
    };

    return cmocka_run_group_tests_name("pci_virtio_interrupt", tests, NULL,
                                       NULL);
}
