// SPDX-License-Identifier: MIT
// The packed ring's bytes as in the specification, lap after lap, and the
// arithmetic of places compared with a walk through the ring. VIRTIO 1.4, 2.8.
#include "virtio/queue/packed_ring.h"

#include "fakes/fake_memory.h"
#include "fakes/fake_report.h"
#include "fakes/ring_rig.h"
#include "unit/checks.h"

static struct ring_rig rig;

static void finish(void)
{
    assert_string_equal(fake_violations(), "");
    ring_rig_stop(&rig);
}

static uint64_t field(uint32_t index, unsigned offset, unsigned width)
{
    return fake_peek(rig.at.descriptors.value + 16 * (uint64_t)index + offset,
                     width);
}

// PACKED-01.
static void the_areas_follow_each_other(void **state)
{
    ring_rig_start(&rig, 5, ring_options(state));
    assert_int_equal(rig.memory.bytes, 16 * 5 + 8);
    assert_int_equal(rig.at.descriptors.value, rig.memory.device.value);
    assert_int_equal(rig.at.driver.value, rig.memory.device.value + 80);
    assert_int_equal(rig.at.device.value, rig.memory.device.value + 84);
    finish();
}

// PACKED-18, PACKED-19, PACKED-20: in lap 1 only AVAIL, in lap 2 only USED, and
// so on, for sizes of all kinds.
static void available_flags_alternate_with_the_laps(void **state)
{
    static const uint16_t sizes[] = {1, 2, 3, 5, 8};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        const unsigned size = sizes[i];

        ring_rig_start(&rig, (uint16_t)size, ring_options(state));
        for (unsigned n = 0; n < 6 * size; n++) {
            ring_rig_send(&rig, 1, 1);
            assert_int_equal(field(n % size, 14, 2),
                             n / size % 2 == 0 ? 0x0080 : 0x8000);
            assert_int_equal(field(n % size, 0, 8), rig.buffer.device.value);
            assert_int_equal(field(n % size, 8, 4), 16);
            (void)fake_ring_use(&rig.ring, fake_ring_take(&rig.ring), 0);
            assert_int_equal(ring_rig_pop(&rig), 1);
        }
        finish();
    }
}

// PACKED-22: NEXT in all but the last, WRITE on device-writable descriptors,
// and the counter flips within a list.
static void a_list_goes_through_the_end_of_the_ring(void **state)
{
    ring_rig_start(&rig, 4, ring_options(state));
    ring_rig_send(&rig, 1, 2);
    for (unsigned i = 0; i < 2; i++) {
        (void)fake_ring_use(&rig.ring, fake_ring_take(&rig.ring), 0);
        assert_int_equal(ring_rig_pop(&rig), 1 + i);
    }
    assert_int_equal(ring_rig_add_chain(&rig, 3, 2, 2, NULL), OK);
    assert_int_equal(field(2, 14, 2), 0); // the first waits for publish
    (void)!virtqueue_publish(rig.queue);
    assert_int_equal(field(2, 14, 2), 0x0081);
    assert_int_equal(field(3, 14, 2), 0x0081);
    assert_int_equal(field(0, 14, 2), 0x8003);
    assert_int_equal(field(1, 14, 2), 0x8002);
    struct fake_chain *chain = fake_ring_take(&rig.ring);
    assert_int_equal(chain->id, field(1, 12, 2));
    (void)fake_ring_use(&rig.ring, chain, 0);
    assert_int_equal(ring_rig_pop(&rig), 3);
    finish();
}

// 2.8.7: in the ring INDIRECT and the two marks, in the table only WRITE.
static void a_table_has_no_flags_but_write(void **state)
{
    struct dma_block table;

    ring_rig_start(&rig, 4, ring_options(state) | RING_INDIRECT);
    assert_true(fake_memory_alloc(48, &table));
    assert_int_equal(ring_rig_add_chain(&rig, 1, 1, 2, &table), OK);
    (void)!virtqueue_publish(rig.queue);
    assert_int_equal(field(0, 0, 8), table.device.value);
    assert_int_equal(field(0, 8, 4), 48);
    assert_int_equal(field(0, 14, 2), 0x0084);
    for (unsigned i = 0; i < 3; i++) {
        const uint64_t entry = table.device.value + 16 * i;

        assert_int_equal(fake_peek(entry, 8), rig.buffer.device.value + 16 * i);
        assert_int_equal(fake_peek(entry + 8, 4), 16);
        assert_int_equal(fake_peek(entry + 12, 4),
                         i == 0 ? 0 : UINT32_C(2) << 16);
    }
    finish();
}

// The event's place found by a walk as the text describes: the counter starts
// at 1 and flips after the last descriptor.
static bool walked(uint16_t off_wrap, uint32_t from, uint32_t count,
                   uint32_t size)
{
    for (uint32_t n = from; n < from + count; n++) {
        const uint32_t wrap = n / size % 2 == 0 ? 0x8000 : 0;

        if ((n % size | wrap) == off_wrap) {
            return true;
        }
    }
    return false;
}

static void an_event_is_passed_exactly_when_a_batch_covers_it(void **state)
{
    static const uint16_t sizes[] = {1, 2, 3, 5, 8, 11};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        const uint16_t size = sizes[i];

        for (uint32_t from = 0; from < 2u * size; from++) {
            for (uint32_t count = 0; count <= size; count++) {
                for (uint16_t event = 0; event < 2 * size; event++) {
                    const uint16_t off_wrap =
                        (uint16_t)(event % size | (event < size ? 0 : 0x8000));
                    const struct packed_position before = {from};

                    assert_int_equal(
                        packed_event_passed(off_wrap, before,
                                            packed_after(before, count, size),
                                            size),
                        walked(off_wrap, from, count, size));
                }
            }
        }
    }
}

static void the_largest_ring_has_its_places_too(void **state)
{
    const uint16_t size = 32768;
    struct packed_position place = packed_at(32767, false, size);

    assert_int_equal(packed_index(place, size), 32767);
    assert_false(packed_wrap(place, size));
    place = packed_after(place, 1, size);
    assert_int_equal(place.value, 0);
    assert_true(packed_wrap(place, size));
    place = packed_after(place, 32768, size);
    assert_int_equal(packed_index(place, size), 0);
    assert_false(packed_wrap(place, size));
    assert_true(packed_event_passed(0x7fff, packed_at(0, false, size),
                                    packed_at(0, true, size), size));
    assert_false(packed_event_passed(0xffff, packed_at(0, false, size),
                                     packed_at(0, true, size), size));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        RING_TEST(the_areas_follow_each_other, packed),
        RING_TEST(available_flags_alternate_with_the_laps, packed),
        RING_TEST(a_list_goes_through_the_end_of_the_ring, packed),
        RING_TEST(a_table_has_no_flags_but_write, packed),
        cmocka_unit_test(an_event_is_passed_exactly_when_a_batch_covers_it),
        cmocka_unit_test(the_largest_ring_has_its_places_too),
    };

    return cmocka_run_group_tests_name("packed_layout", tests, NULL, NULL);
}
