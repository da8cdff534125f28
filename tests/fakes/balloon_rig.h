// SPDX-License-Identifier: MIT
// The fixture of the balloon tests: the driver on a fake device, with an
// environment that records the driver's calls. One rig at a time.
#ifndef FAKES_BALLOON_RIG_H
#define FAKES_BALLOON_RIG_H

#include "drivers/balloon/balloon.h"
#include "fakes/fake_device.h"
#include "fakes/fake_pci.h"
#include "fakes/pages_rig.h"

// Memory blocks that a running driver holds: ring and private state of each
// queue, the statistics buffer, the page numbers of the requests.
#define RIG_BLOCKS 8u

// Describes the rig to build.
struct rig_form {
    enum fake_kind kind;
    unsigned vectors;      // PCI: number of MSI-X vectors; 0: the pin
    uint64_t offered_also; // in addition to the usual ones
};

struct rig {
    const struct rig_form *form;
    struct fake_device fake;
    struct fake_pci function; // PCI
    struct virtio_device device;
    struct balloon balloon;
    struct balloon_env env;
    struct rig_pages pages;

    uint64_t free_memory; // what collect reports; incremented by each call
    unsigned collected;

    uint64_t before_seq; // from the newest before_send
    unsigned before_calls;
    unsigned before_accesses; // register accesses up to that call
    unsigned before_samples;  // samples that the device had taken by then
    uint32_t before_status;
    struct balloon_stats announced; // the values passed to it

    uint64_t after_seq;
    unsigned after_calls;
    unsigned after_accesses;
    unsigned after_kicks; // of the statistics queue, by then
};

// A fresh rig on a well-behaved fake as described; nothing is started.
struct rig *rig_new(const struct rig_form *form);
void rig_destroy(struct rig *rig);
bool rig_on_pci(const struct rig *rig);
// Interrupt controllers as on a PC; the mapping of registers can't fail here.
void rig_start_irq(void);

// Probes the device; on PCI also connects its interrupts.
enum error rig_find(struct rig *rig);
// As rig_probe, then starts the driver.
enum error rig_start(struct rig *rig);
// Delivers the pending interrupts.
void rig_interrupt(struct rig *rig);
// Delivers the pending interrupts, then lets the driver serve.
enum error rig_wake(struct rig *rig);
// One poll of the device, answered by the driver.
enum error rig_poll(struct rig *rig);

// Number of the nth (from 1) access of this kind; UINT_MAX: there is none.
unsigned rig_access(const struct rig *rig, char direction,
                    enum fake_register what, uint32_t value, unsigned nth);

// Whether the device took exactly the values passed to before_send.
bool rig_truthful(const struct rig *rig);

// Value of a statistic in the newest sample that the device took.
bool rig_taken(const struct rig *rig, uint16_t tag, uint64_t *value);

// For cmocka: setup with the form as initial state; the teardown fails the test
// if the fake recorded a violation.
int rig_setup(void **state);
int rig_teardown(void **state);

extern struct rig_form rig_mmio_legacy; // initial states for cmocka
extern struct rig_form rig_mmio;
extern struct rig_form rig_pci_legacy; // with the pin
extern struct rig_form rig_pci_legacy_msix;
extern struct rig_form rig_pci; // with messages
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
// All forms with a legacy interface, with a modern one, all forms; the forms
// with split rings, with packed rings.
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
// Forms where IN_ORDER was negotiated.
#define RIG_TEST_IN_ORDER(function)                                            \
    RIG_TEST(function, mmio_in_order), RIG_TEST(function, mmio_packed_in_order)

#endif
