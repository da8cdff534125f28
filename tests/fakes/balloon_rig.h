// SPDX-License-Identifier: MIT
// The balloon driver on a fake device, with an environment that records what
// it is asked: what the balloon tests are written on. One rig at a time.
#ifndef FAKES_BALLOON_RIG_H
#define FAKES_BALLOON_RIG_H

#include "drivers/balloon.h"
#include "fakes/fake_device.h"
#include "fakes/fake_pci.h"
#include "fakes/pages_rig.h"

// Blocks of memory that a running driver holds: of each queue the ring and the
// private books, the statistics buffer, and the requests' page numbers.
#define RIG_BLOCKS 8u

// What a rig is made of.
struct rig_form {
    enum fake_kind kind;
    unsigned vectors;      // PCI: of MSI-X; 0: the pin
    uint64_t offered_also; // beside the usual
};

struct rig {
    const struct rig_form *form;
    struct fake_device fake;
    struct fake_pci function; // PCI
    struct virtio_device device;
    struct balloon balloon;
    struct balloon_env env;
    struct rig_pages pages;

    uint64_t free_memory; // what collect reports; grows with each call
    unsigned collected;

    uint64_t before_seq; // of the newest before_send
    unsigned before_calls;
    unsigned before_accesses; // register accesses made until then
    unsigned before_samples;  // samples that the device had taken until then
    uint32_t before_status;
    struct balloon_stats told;

    uint64_t after_seq;
    unsigned after_calls;
    unsigned after_accesses;
    unsigned after_kicks; // of the statistics queue until then
};

// A fresh rig on a well-behaved fake of that form; nothing started.
struct rig *rig_new(const struct rig_form *form);
void rig_destroy(struct rig *rig);
bool rig_on_pci(const struct rig *rig);

// Probes the device; on PCI its interrupts are connected, too.
enum error rig_find(struct rig *rig);
// The same, and starts the driver.
enum error rig_start(struct rig *rig);
// Delivers what interrupts are due.
void rig_interrupt(struct rig *rig);
// The same, then lets the driver serve.
enum error rig_wake(struct rig *rig);
// One poll of the device, answered by the driver.
enum error rig_poll(struct rig *rig);

// The number of the nth (from 1) access like this, UINT_MAX if there is none.
unsigned rig_access(const struct rig *rig, char direction,
                    enum fake_register what, uint32_t value, unsigned nth);

// Whether the device took exactly what before_send was told.
bool rig_truthful(const struct rig *rig);

// The value of a statistic in the newest sample that the device took.
bool rig_taken(const struct rig *rig, uint16_t tag, uint64_t *value);

// For cmocka: setup with the form as initial state, and a teardown that
// fails a test whose fake noted a violation.
int rig_setup(void **state);
int rig_teardown(void **state);

extern struct rig_form rig_mmio_legacy; // initial states
extern struct rig_form rig_mmio;
extern struct rig_form rig_pci_legacy; // by the pin
extern struct rig_form rig_pci_legacy_msix;
extern struct rig_form rig_pci; // by messages
extern struct rig_form rig_pci_pin;
extern struct rig_form rig_mmio_packed;
extern struct rig_form rig_mmio_in_order;
extern struct rig_form rig_mmio_packed_in_order;
extern struct rig_form rig_pci_packed;

// A test that runs on one form.
#define RIG_TEST(function, form)                                               \
    {                                                                          \
        .name = #function " (" #form ")", .test_func = (function),             \
        .setup_func = rig_setup, .teardown_func = rig_teardown,                \
        .initial_state = &rig_##form,                                          \
    }
// On all forms with a legacy interface, with a modern one, on all; where the
// rings are split, or packed.
#define RIG_TEST_LEGACY(function)                                              \
    RIG_TEST(function, mmio_legacy), RIG_TEST(function, pci_legacy),           \
        RIG_TEST(function, pci_legacy_msix)
#define RIG_TEST_MODERN_SPLIT(function)                                        \
    RIG_TEST(function, mmio), RIG_TEST(function, pci),                         \
        RIG_TEST(function, pci_pin)
#define RIG_TEST_PACKED(function)                                              \
    RIG_TEST(function, mmio_packed), RIG_TEST(function, pci_packed)
#define RIG_TEST_SPLIT(function)                                               \
    RIG_TEST_LEGACY(function), RIG_TEST_MODERN_SPLIT(function)
#define RIG_TEST_MODERN(function)                                              \
    RIG_TEST_MODERN_SPLIT(function), RIG_TEST_PACKED(function)
#define RIG_TEST_ALL(function)                                                 \
    RIG_TEST_LEGACY(function), RIG_TEST_MODERN(function)
// Where IN_ORDER was negotiated.
#define RIG_TEST_IN_ORDER(function)                                            \
    RIG_TEST(function, mmio_in_order), RIG_TEST(function, mmio_packed_in_order)

#endif
