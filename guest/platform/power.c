// SPDX-License-Identifier: MIT
// Power button and soft off of PCs and of microvm. Only AML has the value of
// \_S5, and address and interrupt of the generic event device; they are taken
// from QEMU (hw/acpi/core.c, hw/i386/microvm.c,
// docs/specs/acpi_hw_reduced_hotplug.rst).
#include "platform/power.h"

#include "arch/x86_64/paging.h"
#include "base/log.h"
#include "platform/acpi_mode.h"
#include "platform/irq.h"

// Reads of a register before soft off counts as failed, since QEMU stops the
// CPU from another thread.
#define READS_MAX 1000000u

static uint32_t pressed; // set in interrupts, read by power_pressed

static void record_press(void)
{
    __atomic_store_n(&pressed, 1, __ATOMIC_RELAXED);
}

bool power_pressed(void)
{
    return __atomic_load_n(&pressed, __ATOMIC_RELAXED) != 0;
}

// --- Fixed hardware ----------------------------------------------------------

// 4.8.3.1, 4.8.3.2: registers of 16 bits.
#define PM1_BUTTON 0x0100u     // status (write 1 to clear) and enable
#define PM1_SLEEP_TYPE 0x1c00u // control; 0 is S5 on QEMU's PCs
#define PM1_SLEEP_ENABLE 0x2000u

static struct {
    struct io_region status;
    struct io_region enable;
    struct io_region control;
} pm1;

static bool power_button_sci(void *context)
{
    const bool button = (io_read16(pm1.status, 0) & PM1_BUTTON) != 0;

    (void)context;
    if (button) {
        io_write16(pm1.status, 0, PM1_BUTTON);
        record_press();
    }
    return button;
}

static bool has_button(const struct acpi_fixed *fixed)
{
    return fixed->power_button && fixed->pm1a_evt_blk != 0 &&
           fixed->pm1_evt_len >= 4 && fixed->pm1a_cnt_blk != 0 &&
           fixed->sci_int < ACPI_IRQS;
}

// Enables only the button among the block's events. Its old status is cleared:
// QEMU does not record a press while the event is disabled.
static enum error start_fixed(const struct acpi_fixed *fixed)
{
    const uint32_t half = fixed->pm1_evt_len / 2u;
    const struct irq_line line = irq_shared_line((uint8_t)fixed->sci_int);
    enum error error = acpi_mode_enter(fixed);

    if (error != OK) {
        return error;
    }
    pm1.status = acpi_ports(fixed->pm1a_evt_blk, half);
    pm1.enable = acpi_ports((uint16_t)(fixed->pm1a_evt_blk + half), half);
    pm1.control = acpi_ports(fixed->pm1a_cnt_blk, 2);
    io_write16(pm1.enable, 0, 0);
    io_write16(pm1.status, 0, PM1_BUTTON);
    error = irq_connect(&line, power_button_sci, NULL);
    if (error == OK) {
        io_write16(pm1.enable, 0, PM1_BUTTON);
        log_line("power ready button=pm1 gsi=%u", (unsigned)line.gsi);
    }
    return error;
}

static void switch_off_fixed(void)
{
    const unsigned now = io_read16(pm1.control, 0) & ~PM1_SLEEP_TYPE;

    io_write16(pm1.control, 0, (uint16_t)(now | PM1_SLEEP_ENABLE));
}

// --- QEMU's generic event device ---------------------------------------------

// Its selector, 32 bits: pending events; a read clears them.
#define GED_BUTTON 0x2u

// Distance from the selector to the sleep control register.
#define GED_SLEEP_CONTROL 0x200u

// 4.8.3.7: sleep type, 3 bits from bit 2 on, and sleep enable.
#define SLEEP_S5 (5u << 2 | 1u << 5)

static struct {
    struct io_region selector;
    struct io_region control;
} ged;

static const struct irq_line ged_line = {.gsi = 9, .edge = true};

static bool power_button_ged(void *context)
{
    (void)context;
    if ((io_read32(ged.selector, 0) & GED_BUTTON) != 0) {
        record_press();
    }
    return true;
}

// An earlier press is still in the selector, but its edge is lost: the selector
// is therefore read once.
static enum error start_ged(paddr control)
{
    enum error error = paging_map_device(
        paddr_of(control.value - GED_SLEEP_CONTROL), 4, &ged.selector);

    if (error == OK) {
        error = paging_map_device(control, 1, &ged.control);
    }
    if (error == OK) {
        error = irq_connect(&ged_line, power_button_ged, NULL);
    }
    if (error == OK) {
        (void)power_button_ged(NULL);
        log_line("power ready button=ged gsi=%u", (unsigned)ged_line.gsi);
    }
    return error;
}

// -----------------------------------------------------------------------------

enum error power_start(const struct acpi *acpi)
{
    pressed = 0;
    ged.control.bytes = 0;
    if (acpi->sleep_control.value % PAGE_SIZE == GED_SLEEP_CONTROL) {
        return start_ged(acpi->sleep_control);
    }
    return has_button(&acpi->fixed) ? start_fixed(&acpi->fixed) : ERR_EMPTY;
}

static void switch_off(void)
{
    if (ged.control.bytes != 0) {
        io_write8(ged.control, 0, SLEEP_S5);
    } else {
        switch_off_fixed();
    }
}

// Reads the register that was written, in its own width: time passes.
static void read_back(void)
{
    if (ged.control.bytes != 0) {
        (void)io_read8(ged.control, 0);
    } else {
        (void)io_read16(pm1.control, 0);
    }
}

void power_off(void)
{
    log_line("power off by=acpi");
    switch_off();
    for (unsigned i = 0; i < READS_MAX; i++) {
        read_back();
    }
    log_line("error what=power_off awaited=the_end reads=%u", READS_MAX);
}
