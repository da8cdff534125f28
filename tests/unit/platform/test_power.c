// SPDX-License-Identifier: MIT
// The power button and soft off, on a PC's fixed hardware and on QEMU's
// microvm: bits enabled, bits cleared, the final writes.
// ACPI 6.4, 4.8.2.2.1.1, 4.8.3; QEMU's docs/specs/acpi_hw_reduced_hotplug.rst.
#include "platform/power.h"

#include "fakes/fake_io.h"
#include "fakes/fake_pci_config.h"
#include "fakes/fake_report.h"
#include "platform/irq.h"
#include "unit/checks.h"

enum {
    SCI = 9,
    SMI_CMD = 0xb2,
    ACPI_ENABLE = 2,
    PM1_EVT = 0x600, // status, enable
    PM1_CNT = 0x604,
    BUTTON = 0x100,
};

#define GED 0xfea00000u
#define GED_SLEEP (GED + 0x200)

// --- The machine -------------------------------------------------------------

static struct {
    uint16_t status; // of PM1
    uint16_t enable;
    uint16_t control;
    uint8_t smi;
    uint32_t selector; // of the generic event device
    uint8_t sleep;
    unsigned looks; // reads of a control register after its write
} hardware;

static struct {
    irq_handler *handler;
    void *context;
    struct irq_line line;
    enum error error;
    unsigned count;
    uint16_t enable; // when the line was connected
} line;

struct irq_line irq_shared_line(uint8_t request)
{
    return (struct irq_line){.gsi = request + 10u, .low = true};
}

enum error irq_connect(const struct irq_line *wanted, irq_handler *handler,
                       void *context)
{
    line.handler = handler;
    line.context = context;
    line.line = *wanted;
    line.enable = hardware.enable;
    line.count++;
    return line.error;
}

static void check_width(unsigned width, unsigned wanted)
{
    if (width != wanted) {
        fake_violation("power: %u bytes instead of %u", width, wanted);
    }
}

static uint32_t read_pm1(void *device, uint32_t offset, unsigned width)
{
    (void)device;
    check_width(width, 2);
    if (offset == 4) {
        hardware.looks++;
        hardware.control |= hardware.smi == ACPI_ENABLE;
        return hardware.control;
    }
    return offset == 0 ? hardware.status : hardware.enable;
}

static void write_pm1(void *device, uint32_t offset, unsigned width,
                      uint32_t value)
{
    (void)device;
    check_width(width, 2);
    if (offset == 0) {
        hardware.status &= (uint16_t)~value;
    } else if (offset == 2) {
        hardware.enable = (uint16_t)value;
    } else {
        hardware.control = (uint16_t)value;
        hardware.looks = 0;
    }
}

static uint32_t read_smi(void *device, uint32_t offset, unsigned width)
{
    (void)device;
    fake_violation("SMI_CMD: read %u bytes at %u", width, offset);
    return 0;
}

static void write_smi(void *device, uint32_t offset, unsigned width,
                      uint32_t value)
{
    (void)device;
    (void)offset;
    check_width(width, 1);
    hardware.smi = (uint8_t)value;
}

static uint32_t read_ged(void *device, uint32_t offset, unsigned width)
{
    const uint32_t events = hardware.selector;

    (void)device;
    (void)offset;
    check_width(width, 4);
    hardware.selector = 0;
    return events;
}

static void write_ged(void *device, uint32_t offset, unsigned width,
                      uint32_t value)
{
    (void)device;
    fake_violation("GED: wrote 0x%x, %u bytes at %u", value, width, offset);
}

static uint32_t read_sleep(void *device, uint32_t offset, unsigned width)
{
    (void)device;
    (void)offset;
    check_width(width, 1);
    hardware.looks++;
    return 0;
}

static void write_sleep(void *device, uint32_t offset, unsigned width,
                        uint32_t value)
{
    (void)device;
    (void)offset;
    check_width(width, 1);
    hardware.sleep = (uint8_t)value;
    hardware.looks = 0;
}

static struct acpi acpi;

static int setup(void **state)
{
    const struct fake_io_region regions[] = {
        {IO_PORTS, PM1_EVT, 6, &hardware, read_pm1, write_pm1},
        {IO_PORTS, SMI_CMD, 1, &hardware, read_smi, write_smi},
        {IO_MEMORY, GED, 4, &hardware, read_ged, write_ged},
        {IO_MEMORY, GED_SLEEP, 1, &hardware, read_sleep, write_sleep},
    };

    fake_report_clear();
    fake_paging_limit(UINT64_MAX);
    fake_io_disclaim(&hardware);
    for (size_t i = 0; i < sizeof regions / sizeof regions[0]; i++) {
        fake_io_claim(&regions[i]);
    }
    memset(&hardware, 0, sizeof hardware);
    memset(&line, 0, sizeof line);
    hardware.enable = 0x521; // as firmware leaves it: the timer, other buttons
    acpi = (struct acpi){.fixed = {.sci_int = SCI,
                                   .smi_cmd = SMI_CMD,
                                   .acpi_enable = ACPI_ENABLE,
                                   .power_button = true,
                                   .pm1a_evt_blk = PM1_EVT,
                                   .pm1_evt_len = 4,
                                   .pm1a_cnt_blk = PM1_CNT}};
    return 0;
}

static int teardown(void **state)
{
    assert_string_equal(fake_violations(), "");
    return 0;
}

static void make_microvm(void)
{
    acpi = (struct acpi){.hardware_reduced = true,
                         .sleep_control = paddr_of(GED_SLEEP)};
}

static bool interrupt(void)
{
    return line.handler(line.context);
}

// --- Claims: a PC ------------------------------------------------------------

static void the_start_ends_in_acpi_mode_with_the_button_alone(void **state)
{
    hardware.status = BUTTON | 1;
    assert_int_equal(power_start(&acpi), OK);
    assert_int_equal(hardware.smi, ACPI_ENABLE);
    assert_int_equal(hardware.enable, BUTTON);
    assert_int_equal(hardware.status, 1); // a press before the start
    assert_int_equal(line.enable, 0);
    assert_int_equal(line.line.gsi, SCI + 10);
    assert_true(line.line.low);
    assert_string_equal(fake_log(), "power ready button=pm1 gsi=19\n");
    assert_false(power_pressed());
}

static void a_press_is_claimed_cleared_and_kept(void **state)
{
    assert_int_equal(power_start(&acpi), OK);
    hardware.status = BUTTON | 0x10;
    assert_true(interrupt());
    assert_int_equal(hardware.status, 0x10);
    assert_true(power_pressed());
    assert_true(power_pressed());
}

// The SCI is shared.
static void an_interrupt_of_another_kind_is_none_of_ours(void **state)
{
    assert_int_equal(power_start(&acpi), OK);
    hardware.status = (uint16_t)~BUTTON;
    assert_false(interrupt());
    assert_int_equal(hardware.status, (uint16_t)~BUTTON);
    assert_false(power_pressed());
}

static void soft_off_is_sleep_type_0_in_acpi_mode(void **state)
{
    assert_int_equal(power_start(&acpi), OK);
    hardware.control |= 0x1c02;
    power_off();
    assert_int_equal(hardware.control, 0x2003);
}

static void a_machine_that_stays_on_is_named_after_bounded_looks(void **state)
{
    for (unsigned reduced = 0; reduced < 2; reduced++) {
        (void)setup(state);
        if (reduced != 0) {
            make_microvm();
        }
        assert_int_equal(power_start(&acpi), OK);
        fake_report_clear();
        power_off();
        assert_int_equal(hardware.looks, 1000000);
        assert_string_equal(fake_log(), "power off by=acpi\n"
                                        "error what=power_off awaited=the_end "
                                        "reads=1000000\n");
    }
}

static void expect_untouched(void)
{
    assert_int_equal(power_start(&acpi), ERR_EMPTY);
    assert_int_equal(line.count, 0);
    assert_int_equal(hardware.smi, 0);
    assert_int_equal(hardware.enable, 0x521);
    assert_string_equal(fake_log(), "");
}

static void a_machine_without_a_button_is_left_alone(void **state)
{
    for (unsigned lack = 0; lack < 6; lack++) {
        (void)setup(state);
        switch (lack) {
        case 0:
            acpi.fixed.power_button = false;
            break;
        case 1:
            acpi.fixed.pm1a_evt_blk = 0;
            break;
        case 2:
            acpi.fixed.pm1_evt_len = 3;
            break;
        case 3:
            acpi.fixed.pm1a_cnt_blk = 0;
            break;
        case 4:
            acpi.fixed.sci_int = ACPI_IRQS;
            break;
        default:
            acpi = (struct acpi){.hardware_reduced = true};
            break;
        }
        expect_untouched();
    }
}

static void a_line_without_a_route_leaves_the_button_off(void **state)
{
    line.error = ERR_RANGE;
    assert_int_equal(power_start(&acpi), ERR_RANGE);
    assert_int_equal(hardware.enable, 0);
}

static void acpi_mode_that_never_comes_is_an_error(void **state)
{
    acpi.fixed.acpi_enable = 3;
    assert_int_equal(power_start(&acpi), ERR_TIMEOUT);
    assert_int_equal(fake_log_count("awaited=acpi_mode"), 1);
    assert_int_equal(line.count, 0);
}

// --- Claims: microvm ---------------------------------------------------------

static void the_event_device_lies_before_the_sleep_control(void **state)
{
    make_microvm();
    assert_int_equal(power_start(&acpi), OK);
    assert_int_equal(line.line.gsi, 9);
    assert_true(line.line.edge);
    assert_false(line.line.low);
    assert_string_equal(fake_log(), "power ready button=ged gsi=9\n");
    hardware.selector = 5; // memory hot-plugged, twice
    (void)interrupt();
    assert_false(power_pressed());
    hardware.selector = 2;
    (void)interrupt();
    assert_true(power_pressed());
    power_off();
    assert_int_equal(hardware.sleep, 0x34); // S5, enabled
}

static void a_press_before_the_start_is_found_in_the_selector(void **state)
{
    make_microvm();
    hardware.selector = 2;
    assert_int_equal(power_start(&acpi), OK);
    assert_true(power_pressed());
    assert_int_equal(power_start(&acpi), OK);
    assert_false(power_pressed());
}

// For any table: registers before the sleep control are not accessed.
static void a_sleep_control_elsewhere_is_not_qemus(void **state)
{
    make_microvm();
    acpi.sleep_control = paddr_of(GED + 0x204);
    expect_untouched();
    acpi.sleep_control = paddr_of(0x10);
    expect_untouched();
}

static void registers_that_can_not_be_mapped_are_an_error(void **state)
{
    make_microvm();
    fake_paging_limit(GED);
    assert_int_equal(power_start(&acpi), ERR_RANGE);
    fake_paging_limit(0);
    assert_int_equal(power_start(&acpi), ERR_RANGE);
    assert_int_equal(line.count, 0);
}

#define claim(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        claim(the_start_ends_in_acpi_mode_with_the_button_alone),
        claim(a_press_is_claimed_cleared_and_kept),
        claim(an_interrupt_of_another_kind_is_none_of_ours),
        claim(soft_off_is_sleep_type_0_in_acpi_mode),
        claim(a_machine_that_stays_on_is_named_after_bounded_looks),
        claim(a_machine_without_a_button_is_left_alone),
        claim(a_line_without_a_route_leaves_the_button_off),
        claim(acpi_mode_that_never_comes_is_an_error),
        claim(the_event_device_lies_before_the_sleep_control),
        claim(a_press_before_the_start_is_found_in_the_selector),
        claim(a_sleep_control_elsewhere_is_not_qemus),
        claim(registers_that_can_not_be_mapped_are_an_error),
    };

    return cmocka_run_group_tests_name("platform_power", tests, NULL, NULL);
}
