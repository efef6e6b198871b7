#!/usr/bin/env bash
# A study on many nodes, by MPI. From the folder of rnnchaos, where script/build was run:
#   sbatch slurm/many-nodes.sh STUDY.yaml DIR [OPTION of rnnchaos run]...
# Before its time limit the job stops, keeps what is finished, and queues itself again. The same
# line also goes on after scancel or a failure. docs/cluster.md tells more.

# Edit; "##SBATCH" is a comment, "#SBATCH" counts. One task is one MPI rank.
##SBATCH --account=my_project
##SBATCH --partition=my_partition
#SBATCH --time=04:00:00
#SBATCH --nodes=4
#SBATCH --ntasks-per-node=16
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=500M

#SBATCH --job-name=rnnchaos-mpi
#SBATCH --signal=B:USR1@60
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=rnnchaos-%j.log

# Edit: the modules that rnnchaos was built with, as in
# module load hdf5 openblas openmpi

# Edit: how your cluster starts MPI programs; each rank may use all of its cores.
launch=(mpirun --bind-to none)
# launch=(srun --mpi=pmix --cpus-per-task="$SLURM_CPUS_PER_TASK")

study=${1:?usage: sbatch slurm/many-nodes.sh STUDY.yaml DIR [OPTION]...}
folder=${2:?usage: sbatch slurm/many-nodes.sh STUDY.yaml DIR [OPTION]...}
here=${RNNCHAOS:-$SLURM_SUBMIT_DIR}
exec "$here/slurm/until-done" "$folder/journal" "${launch[@]}" \
    "$here/build/rnnchaos-mpi" run "$study" -o "$folder" --resume --threads "$SLURM_CPUS_PER_TASK" "${@:3}"
