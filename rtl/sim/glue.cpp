// The library of a Verilated core: compiled with the files that Verilator generated for one machine, with the options
// of model_library.cpp.
#include "Vweft_sim_top.h"
#include "interface.h"
#include "verilated.h"
#include "verilated_syms.h"
#ifdef WEFT_RTL_WAVE
#include "verilated_fst_c.h"
#endif
#ifdef WEFT_RTL_COVERAGE
#include "verilated_cov.h"
#endif

#include <memory>
#include <string>
#include <string_view>

namespace {

using weft::rtl::Interface;
using weft::rtl::Ports;
using weft::rtl::SramWords;

struct Model {
  VerilatedContext context;
  std::unique_ptr<Vweft_sim_top> top;
  Ports ports;
#ifdef WEFT_RTL_WAVE
  VerilatedFstC wave;
#endif
};

std::string firstFailure;

Model& modelOf(void* model) {
  return *static_cast<Model*>(model);
}

template <typename Type, typename Port> Type* address(Port& port) {
  return reinterpret_cast<Type*>(&port);
}

void* create() {
  auto* model = new Model;
  model->context.randReset(2); // registers begin with random values, in the variant that leaves them open
  model->context.randSeed(1);
#ifdef WEFT_RTL_WAVE
  model->context.traceEverOn(true);
#endif
  model->top = std::make_unique<Vweft_sim_top>(&model->context);
  using namespace weft::rtl::port;
#define WEFT_RTL_PORT(type, name)                                                                                      \
  static_assert(std::string_view(#type) == "bytes" || sizeof(model->top->name) == sizeof(type));                       \
  model->ports.name = address<type>(model->top->name);
  WEFT_RTL_PORTS(WEFT_RTL_PORT)
#undef WEFT_RTL_PORT
  return model;
}

void destroy(void* model) {
  // The model's scopes leave the thread's context, which may be that of a model that is gone.
  Verilated::threadContextp(&modelOf(model).context);
  modelOf(model).top->final();
  delete &modelOf(model);
}

const Ports* ports(void* model) {
  return &modelOf(model).ports;
}

void eval(void* model) {
  modelOf(model).top->eval();
}

bool sram(void* model, const char* path, SramWords* words) {
  const std::string whole = std::string("TOP.weft_sim_top.") + path;
  const size_t dot = whole.rfind('.');
  const VerilatedScope* scope = modelOf(model).context.scopeFind(whole.substr(0, dot).c_str());
  const VerilatedVar* memory = scope ? scope->varFind(whole.c_str() + dot + 1) : nullptr;
  if (!memory)
    return false;
  words->data = static_cast<uint8_t*>(memory->datap());
  words->wordBytes = memory->entSize();
  words->words = static_cast<size_t>(memory->elements(1));
  return true;
}

const char* failure() {
  return firstFailure.empty() ? nullptr : firstFailure.c_str();
}

#ifdef WEFT_RTL_WAVE
// VerilatedFst keeps its writer, which alone takes comments, to itself; an explicit instantiation may name it.
void* writerOf(VerilatedFst& trace);
template <void* VerilatedFst::*writer> struct Opened {
  friend void* writerOf(VerilatedFst& trace) { return trace.*writer; }
};
template struct Opened<&VerilatedFst::m_fst>;

bool openWave(void* model, const char* file, const char* comment) {
  Model& it = modelOf(model);
  it.top->trace(&it.wave, 99); // levels of hierarchy
  it.wave.spTrace()->set_time_resolution("1ps");
  it.wave.open(file);
  if (it.wave.isOpen())
    fstWriterSetComment(writerOf(*it.wave.spTrace()), comment);
  return it.wave.isOpen();
}

void dumpWave(void* model, uint64_t time) {
  modelOf(model).wave.dump(time);
}

void closeWave(void* model) {
  modelOf(model).wave.close();
}
#endif

#ifdef WEFT_RTL_COVERAGE
void writeCoverage(const char* file) {
  VerilatedCov::write(file);
}
#endif

const Interface interface = {
    weft::rtl::kInterfaceVersion,
    create,
    destroy,
    ports,
    eval,
    sram,
    failure,
#ifdef WEFT_RTL_WAVE
    openWave,
    dumpWave,
    closeWave,
#else
    nullptr,
    nullptr,
    nullptr,
#endif
#ifdef WEFT_RTL_COVERAGE
    writeCoverage,
#else
    nullptr,
#endif
};

} // namespace

// Verilator's functions at a violated assertion (VL_USER_STOP, VL_USER_FATAL); the design never calls $finish.
void vl_stop(const char* file, int line, const char* scope) {
  if (firstFailure.empty())
    firstFailure = std::string(file) + ":" + std::to_string(line) + " in " + scope;
}

void vl_fatal(const char* file, int line, const char* scope, const char* message) {
  if (firstFailure.empty())
    firstFailure = std::string(file) + ":" + std::to_string(line) + " in " + scope + ": " + message;
}

extern "C" const Interface* weft_rtl_interface() {
  return &interface;
}
