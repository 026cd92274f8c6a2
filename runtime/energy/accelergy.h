// Energy and area reference tables (ERT, ART) as Accelergy and Timeloop write and read them.
#pragma once

#include "runtime/energy/model.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace weft::energy {

// pJ by component and action. Also reads the summaries that Accelergy writes.
using ReferenceEnergies = std::map<std::pair<std::string, std::string>, double>;
// um2 by component.
using ReferenceAreas = std::map<std::string, double>;

// ERT and ART of a machine: tables "<machine>.<unit>" with the model's actions; area by block.
std::string toErt(const EnergyModel& model, const std::string& machine);
std::string toArt(const EnergyModel& model, const std::string& machine);

// Throw Error, starting with `origin`, for anything else.
ReferenceEnergies parseErt(const std::string& yaml, const std::string& origin);
ReferenceAreas parseArt(const std::string& yaml, const std::string& origin);

// Replaces the figures of the model by those of a table, whose components may be named with or without what comes
// before the last dot. Throws Error if the table has a component or action that the model does not have.
void applyErt(EnergyModel& model, const ReferenceEnergies& energies, const std::string& origin);
// The model of a machine with a user's file: an energy table or an ERT, whose figures replace those of the built-in
// table; for an empty path the built-in table. Throws Error.
EnergyModel loadModel(const Machine& machine, const std::string& path, Switching switching = Switching::assumed);
// Puts synthesised areas beside the model's, in the same way.
void applyArt(EnergyModel& model, const ReferenceAreas& areas, const std::string& origin);

} // namespace weft::energy
