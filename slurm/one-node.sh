#!/usr/bin/env bash
# A study on one node. From the folder of rnnchaos, where script/build was run:
#   sbatch slurm/one-node.sh STUDY.yaml DIR [OPTION of rnnchaos run]...
# Before its time limit the job stops, keeps what is finished, and queues itself again. The same
# line also goes on after scancel or a failure. docs/cluster.md tells more.

# Edit; "##SBATCH" is a comment, "#SBATCH" counts.
##SBATCH --account=my_project
##SBATCH --partition=my_partition
#SBATCH --time=04:00:00
#SBATCH --cpus-per-task=16
#SBATCH --mem-per-cpu=500M

#SBATCH --job-name=rnnchaos
#SBATCH --nodes=1
#SBATCH --ntasks=1
#SBATCH --signal=B:USR1@60
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=rnnchaos-%j.log

# Edit: the modules that rnnchaos was built with, as in
# module load hdf5 openblas

study=${1:?usage: sbatch slurm/one-node.sh STUDY.yaml DIR [OPTION]...}
folder=${2:?usage: sbatch slurm/one-node.sh STUDY.yaml DIR [OPTION]...}
here=${RNNCHAOS:-$SLURM_SUBMIT_DIR}
exec "$here/slurm/until-done" "$folder/journal" \
    "$here/build/rnnchaos" run "$study" -o "$folder" --resume --threads "$SLURM_CPUS_PER_TASK" "${@:3}"
