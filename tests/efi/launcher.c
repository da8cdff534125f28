// SPDX-License-Identifier: MIT
// A UEFI application that starts build/aerostat.efi, which it carries, on a
// firmware with the faults that its own load options select. For tests only:
// it prints nothing; an exit status shows that it failed.
// UEFI 2.10, 7.4 (images), 7.2 (memory); PI 1.8, II-12.12 (timer).
//
//   take-place     the memory at 1 MiB is in use
//   take-all       so is every other possible place below 1 GiB
//   refuse=N       ExitBootServices refuses N times (one digit, 9: always);
//                  after that, a forbidden call ends QEMU with status 241
//   overlap        the memory map's first RAM overlaps the next entry
//   no-nul         the application's options end without a NUL
//   half           and with half a character
//   shell          the application is started as the UEFI shell does it
//   -- OPTIONS     the application's load options
#include "arch/x86_64/cpu.h"
#include "base/exit.h"

#include <efi.h>

#include <string.h>

#define NOT_ALLOWED 120 // value for the exit port; QEMU ends with 241
#define CAN_NOT 121     // 243
#define ALWAYS 9

#define MIB (1ull << 20)
#define GIB (1ull << 30)

extern const char embedded_image[];
extern const char embedded_image_end[];

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table);

static EFI_BOOT_SERVICES *services; // as the application sees them
static EFI_BOOT_SERVICES real;
static char words[4096]; // the launcher's own load options

static _Noreturn void end(unsigned status)
{
    outb(EXIT_PORT, (uint8_t)status);
    cpu_stop();
}

static void must(EFI_STATUS status)
{
    if (status != EFI_SUCCESS) {
        end(CAN_NOT);
    }
}

// The text after the word, or NULL if the word is missing.
static const char *asked(const char *word)
{
    const size_t length = strlen(word);

    for (const char *at = words; *at && strncmp(at, "-- ", 3) != 0; at++) {
        if (strncmp(at, word, length) == 0) {
            return at + length;
        }
    }
    return NULL;
}

static EFI_LOADED_IMAGE *loaded_image(EFI_HANDLE handle)
{
    EFI_GUID guid = LOADED_IMAGE_PROTOCOL;
    EFI_LOADED_IMAGE *loaded;

    must(services->HandleProtocol(handle, &guid, (void **)&loaded));
    return loaded;
}

static void read_words(const EFI_LOADED_IMAGE *loaded)
{
    const CHAR16 *options = loaded->LoadOptions;
    const size_t count = loaded->LoadOptionsSize / sizeof *options;

    for (size_t i = 0; i < count && i < sizeof words - 1; i++) {
        words[i] = (char)options[i];
    }
}

static EFI_STATUS take(EFI_PHYSICAL_ADDRESS address)
{
    return services->AllocatePages(AllocateAddress, EfiReservedMemoryType, 1,
                                   &address);
}

static void take_places(void)
{
    if (asked("take-place")) {
        must(take(MIB));
    }
    if (asked("take-all")) {
        for (uint64_t at = MIB; at < GIB; at += 2 * MIB) {
            (void)take(at); // it may be taken already
        }
    }
}

static void EFIAPI not_allowed(void)
{
    end(NOT_ALLOWED);
}

// Stops the firmware's only source of interrupts: their handlers use the table
// of boot services, too.
static void stop_timer(void)
{
    struct {
        void *register_handler;
        EFI_STATUS(EFIAPI *set_period)(void *timer, UINT64 period);
    } * timer;
    EFI_GUID guid = {0x26baccb3,
                     0x6f42,
                     0x11d4,
                     {0xbc, 0xe7, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81}};

    must(services->LocateProtocol(&guid, NULL, (void **)&timer));
    must(timer->set_period(timer, 0));
}

// Forbids all functions of the table except these two.
static void forbid_the_rest(void)
{
    void **functions = (void **)((char *)services + sizeof services->Hdr);
    const EFI_BOOT_SERVICES kept = *services;
    const size_t count =
        (sizeof *services - sizeof services->Hdr) / sizeof *functions;

    for (size_t i = 0; i < count; i++) {
        functions[i] = (void *)(uintptr_t)not_allowed;
    }
    services->GetMemoryMap = kept.GetMemoryMap;
    services->ExitBootServices = kept.ExitBootServices;
}

static EFI_STATUS EFIAPI refuse(EFI_HANDLE handle, UINTN key)
{
    static int refused;
    const int times = *asked("refuse=") - '0';

    if (refused == 0) {
        stop_timer();
        forbid_the_rest();
    }
    if (times == ALWAYS || refused < times) {
        refused++;
        return EFI_INVALID_PARAMETER;
    }
    *services = real;
    return services->ExitBootServices(handle, key);
}

static EFI_STATUS EFIAPI overlap(UINTN *bytes, EFI_MEMORY_DESCRIPTOR *map,
                                 UINTN *key, UINTN *stride, UINT32 *version)
{
    const EFI_STATUS status =
        real.GetMemoryMap(bytes, map, key, stride, version);

    for (UINTN at = 0; status == EFI_SUCCESS && at < *bytes; at += *stride) {
        EFI_MEMORY_DESCRIPTOR *it = (void *)((char *)map + at);

        if (it->Type == EfiConventionalMemory && it->PhysicalStart >= MIB) {
            it->NumberOfPages = GIB / 4096;
            break;
        }
    }
    return status;
}

static void plant_faults(void)
{
    real = *services;
    if (asked("refuse=")) {
        services->ExitBootServices = refuse;
    }
    if (asked("overlap")) {
        services->GetMemoryMap = overlap;
    }
}

static void give_options(EFI_HANDLE application)
{
    static CHAR16 options[sizeof words];
    EFI_LOADED_IMAGE *loaded = loaded_image(application);
    const char *text = strstr(words, "-- ");
    const size_t count = text ? strlen(text + 3) : 0;
    UINTN bytes = (count + 1) * sizeof *options;

    for (size_t i = 0; i < count; i++) {
        options[i] = (CHAR16)text[3 + i];
    }
    if (asked("no-nul")) {
        options[count] = L'?'; // beyond the end
        bytes -= sizeof *options;
    }
    loaded->LoadOptions = options;
    loaded->LoadOptionsSize = (UINT32)(bytes - (asked("half") ? 1 : 0));
    if (asked("shell")) {
        EFI_GUID guid = EFI_SHELL_PARAMETERS_PROTOCOL_GUID;
        static EFI_SHELL_PARAMETERS_PROTOCOL parameters;

        must(services->InstallProtocolInterface(
            &application, &guid, EFI_NATIVE_INTERFACE, &parameters));
    }
}

EFI_STATUS efi_main(EFI_HANDLE handle, EFI_SYSTEM_TABLE *table)
{
    EFI_HANDLE application;

    services = table->BootServices;
    read_words(loaded_image(handle));
    must(services->LoadImage(
        FALSE, handle, NULL, (void *)(uintptr_t)embedded_image,
        (UINTN)(embedded_image_end - embedded_image), &application));
    give_options(application);
    take_places();
    plant_faults();
    return services->StartImage(application, NULL, NULL);
}
