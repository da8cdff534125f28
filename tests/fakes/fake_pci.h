// SPDX-License-Identifier: MIT
// A PCI function with the fake device behind it: configuration space, BARs that
// can be sized, capabilities, MSI-X. Records every violation of either
// specification by the driver.
// VIRTIO 1.4, 4.1 "Virtio Over PCI Bus"; PCI Local Bus 3.0, 6.
#ifndef FAKES_FAKE_PCI_H
#define FAKES_FAKE_PCI_H

#include "fakes/fake_device.h"
#include "platform/pci/pci.h"

#define FAKE_BARS 6u
#define FAKE_TABLE_MAX 2048u

// The BARs that fake_pci_init sets up, as QEMU does.
#define FAKE_LEGACY_BAR 0u
#define FAKE_MSIX_BAR 1u
#define FAKE_MODERN_BAR 4u
#define FAKE_REQUEST 11u        // the pin's request, set by firmware ...
#define FAKE_IOAPIC 0xfec00000u // ... and its I/O APIC

struct fake_pci;

struct fake_pci_bar {
    struct fake_pci *function;
    uint64_t bytes; // 0: not implemented
    bool ports;
    bool wide;
};

// The true place of a structure in the BARs, whatever the list says.
struct fake_place {
    unsigned bar;
    uint32_t offset;
    uint32_t bytes;
};

struct fake_pci {
    struct fake_device *device;
    struct pci_address at;
    struct fake_pci_bar bars[FAKE_BARS];
    struct fake_place common, isr, config, notify;
    uint32_t multiplier; // of the notify structure; set before its capability
    uint8_t list_end;    // the newest capability
    uint8_t list_free;   // offset of the next one
    uint8_t msix;        // offset of that capability; 0: none
    uint32_t table[FAKE_TABLE_MAX][4];
    unsigned config_reads[PCI_CONFIG_BYTES]; // by the driver
    unsigned config_writes[PCI_CONFIG_BYTES];
    uint8_t bytes[PCI_CONFIG_BYTES];
    uint8_t writable[PCI_CONFIG_BYTES];
};

// The usual function for the device's kind (FAKE_PCI: 1af4:1040 plus the type;
// legacy: 1af4:1002, a disk 1af4:1001), with addresses as from firmware and
// `vectors` MSI-X vectors.
void fake_pci_init(struct fake_pci *function, struct fake_device *device,
                   unsigned vectors);
// Removes it from the bus, as unplugging does.
void fake_pci_destroy(struct fake_pci *function);

// Moves it to another address.
void fake_pci_move(struct fake_pci *function, struct pci_address at);

// Writes any value into configuration space, as firmware or a fault might.
void fake_pci_poke(struct fake_pci *function, uint32_t offset, unsigned width,
                   uint32_t value);
uint32_t fake_pci_peek(const struct fake_pci *function, uint32_t offset,
                       unsigned width);
// Makes a BAR of that size and gives it an address (0: none).
void fake_pci_bar(struct fake_pci *function, unsigned bar, uint64_t bytes,
                  bool ports, bool wide, uint64_t address);
// Capabilities: clears the list; appends one of `bytes` bytes, zeros after its
// head; appends one of virtio's. Those return the offset.
void fake_pci_forget_list(struct fake_pci *function);
uint8_t fake_pci_add(struct fake_pci *function, uint8_t id, unsigned bytes);
uint8_t fake_pci_add_virtio(struct fake_pci *function, uint8_t type,
                            uint8_t bar, uint32_t offset, uint32_t length);

// Delivers pending interrupts: messages by the table, or the pin.
void fake_pci_deliver(struct fake_pci *function);

// fake_pci_bars.c: the BARs' contents, as fake_io.h requires them.
uint32_t fake_pci_bar_read(void *bar, uint32_t offset, unsigned width);
void fake_pci_bar_write(void *bar, uint32_t offset, unsigned width,
                        uint32_t value);

#endif
