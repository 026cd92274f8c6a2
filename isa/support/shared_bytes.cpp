#include "isa/support/shared_bytes.h"

#include "isa/support/error.h"

#include <algorithm>
#include <mutex>

namespace weft {

struct SharedBytes::Made {
  std::once_flag once;
  std::function<std::vector<uint8_t>()> make;
  std::vector<uint8_t> bytes;
};

SharedBytes::SharedBytes(std::vector<uint8_t> bytes) {
  auto owner = std::make_shared<const std::vector<uint8_t>>(std::move(bytes));
  data_ = owner->data();
  size_ = owner->size();
  owner_ = std::move(owner);
}

SharedBytes::SharedBytes(size_t size, std::function<std::vector<uint8_t>()> make)
    : size_(size), made_(std::make_shared<Made>()) {
  made_->make = std::move(make);
}

const uint8_t* SharedBytes::made() const {
  std::call_once(made_->once, [&] {
    made_->bytes = std::exchange(made_->make, {})();
    WEFT_CHECK(made_->bytes.size() == size_, "as many bytes as were promised");
  });
  return made_->bytes.data();
}

bool SharedBytes::operator==(const SharedBytes& other) const {
  return std::equal(begin(), end(), other.begin(), other.end());
}

} // namespace weft
