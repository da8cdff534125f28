// SPDX-License-Identifier: MIT
// The UEFI application: loads the embedded image into memory, exits boot
// services and enters the image. The only file that uses gnu-efi; of the
// guest it depends on boot/handover.h only.
// UEFI 2.10, 4 (entry, tables), 7.2 (memory), 7.4.6 (ExitBootServices).
#include "arch/x86_64/control.h"
#include "arch/x86_64/cpu.h"
#include "base/exit.h"
#include "boot/handover.h"
#include "boot/uefi_elf.h"
#include "boot/uefi_map.h"
#include "boot/uefi_options.h"

#include <efi.h>

#include <string.h>

// build/aerostat.elf (uefi_image.S).
extern const char embedded_image[];
extern const char embedded_image_end[];

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table);

static EFI_SYSTEM_TABLE *firmware;
static EFI_BOOT_SERVICES *services;
static EFI_HANDLE self;

// Reserve for a map that grows: after the first call of ExitBootServices no
// memory can be allocated.
#define SPARE_DESCRIPTORS 32

// A map changes between two calls when an event's handler allocates.
#define EXIT_ATTEMPTS 8

struct firmware_map {
    void *descriptors;
    UINTN room; // bytes
    UINTN bytes;
    UINTN stride;
};

static void print_text(const char *text)
{
    CHAR16 one[2] = {0, 0};

    for (; firmware->ConOut && *text; text++) {
        one[0] = (CHAR16)*text;
        firmware->ConOut->OutputString(firmware->ConOut, one);
    }
}

// Only before ExitBootServices: prints the reason and ends QEMU. Without the
// exit device, returns to the firmware or the shell with `status`.
static _Noreturn void exit_with_error(const char *what, enum verdict verdict,
                                      EFI_STATUS status)
{
    print_text("\r\nerror what=\"");
    print_text(what);
    print_text("\"\r\n");
    outb(EXIT_PORT, (uint8_t)verdict);
    services->Exit(self, status, 0, NULL);
    cpu_stop();
}

// Allocates the image's memory where the boot tables can map it: at its linked
// address or a multiple of HANDOVER_STEP above it.
static paddr allocate_place(const struct elf_image *image)
{
    for (EFI_PHYSICAL_ADDRESS at = image->start;
         at + image->bytes <= HANDOVER_REACH; at += HANDOVER_STEP) {
        EFI_PHYSICAL_ADDRESS address = at;

        if (services->AllocatePages(AllocateAddress, EfiLoaderCode,
                                    image->bytes / PAGE_SIZE,
                                    &address) == EFI_SUCCESS) {
            return paddr_of(address);
        }
    }
    exit_with_error("no room for the image below 1 GiB", VERDICT_NO_MEMORY,
                    EFI_OUT_OF_RESOURCES);
}

static bool has_shell_parameters(void)
{
    EFI_GUID guid = EFI_SHELL_PARAMETERS_PROTOCOL_GUID;
    void *parameters;

    return services->HandleProtocol(self, &guid, &parameters) == EFI_SUCCESS;
}

static enum boot_problem read_options(struct boot_info *boot)
{
    EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
    EFI_LOADED_IMAGE *loaded;

    if (services->HandleProtocol(self, &guid, (void **)&loaded) !=
        EFI_SUCCESS) {
        return BOOT_OK; // no load options
    }
    return uefi_options_read(loaded->LoadOptions, loaded->LoadOptionsSize,
                             has_shell_parameters(), boot->cmdline);
}

static uint64_t find_table(EFI_GUID guid)
{
    for (UINTN i = 0; i < firmware->NumberOfTableEntries; i++) {
        const EFI_CONFIGURATION_TABLE *table = &firmware->ConfigurationTable[i];

        if (memcmp(&table->VendorGuid, &guid, sizeof guid) == 0) {
            return (uint64_t)table->VendorTable;
        }
    }
    return 0;
}

// ACPI 6.4, 5.2.5.2: the newer table is preferred.
static paddr find_rsdp(void)
{
    uint64_t rsdp = find_table((EFI_GUID)ACPI_20_TABLE_GUID);

    return paddr_of(rsdp ? rsdp : find_table((EFI_GUID)ACPI_TABLE_GUID));
}

static EFI_STATUS get_map(struct firmware_map *map, UINTN *key)
{
    UINT32 version;

    map->bytes = map->room;
    return services->GetMemoryMap(&map->bytes, map->descriptors, key,
                                  &map->stride, &version);
}

static EFI_STATUS allocate_map(struct firmware_map *map)
{
    UINTN key;

    *map = (struct firmware_map){0};
    if (get_map(map, &key) != EFI_BUFFER_TOO_SMALL) {
        return EFI_DEVICE_ERROR;
    }
    map->room = map->bytes + SPARE_DESCRIPTORS * map->stride;
    return services->AllocatePool(EfiLoaderData, map->room, &map->descriptors);
}

// 7.4.6: the key of an older map is refused, and after the first call only
// GetMemoryMap and ExitBootServices may be called.
static EFI_STATUS exit_boot_services(struct firmware_map *map)
{
    EFI_STATUS status = EFI_INVALID_PARAMETER;

    for (int i = 0; i < EXIT_ATTEMPTS && status == EFI_INVALID_PARAMETER; i++) {
        UINTN key;

        status = get_map(map, &key);
        if (status != EFI_SUCCESS) {
            return status;
        }
        status = services->ExitBootServices(self, key);
    }
    return status;
}

static enum boot_problem take_over_machine(struct boot_info *boot)
{
    struct firmware_map map;

    if (allocate_map(&map) != EFI_SUCCESS ||
        exit_boot_services(&map) != EFI_SUCCESS) {
        return BOOT_SERVICES_NOT_EXITED;
    }
    return uefi_map_read(map.descriptors, map.bytes, map.stride, boot);
}

static void start_application(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table)
{
    firmware = table;
    services = table->BootServices;
    self = handle;
    services->SetWatchdogTimer(0, 0, 0, NULL);
    // The image's tables have four levels; long mode can't change the number.
    if (read_cr4() & CR4_LA57) {
        exit_with_error("firmware has five levels of page tables",
                        VERDICT_BAD_DEVICE, EFI_UNSUPPORTED);
    }
}

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table)
{
    struct boot_info boot = {.entry = "uefi", .console_used = true};
    struct elf_image image;

    start_application(handle, table);
    if (elf_read(embedded_image, (size_t)(embedded_image_end - embedded_image),
                 &image) != OK) {
        exit_with_error("embedded image: no ELF", VERDICT_PANIC,
                        EFI_LOAD_ERROR);
    }
    boot.image_start = allocate_place(&image);
    elf_place(&image, (void *)boot.image_start.value);
    boot.image_bytes = image.bytes;
    boot.rsdp = find_rsdp();
    boot.problem = read_options(&boot);
    if (boot.problem == BOOT_OK) {
        boot.problem = take_over_machine(&boot);
    }
    ((handover_entry *)(boot.image_start.value + image.entry))(&boot);
    return EFI_ABORTED; // it does not return
}
